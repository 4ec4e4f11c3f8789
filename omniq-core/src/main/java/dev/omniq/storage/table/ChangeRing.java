package dev.omniq.storage.table;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The last few thousand transitions, numbered from 1. */
final class ChangeRing {
  static final int CAPACITY = 4_096;

  private final @Nullable Change[] ring = new Change[CAPACITY];
  private long last;

  /** The number of the last one; 0 before the first. */
  long last() {
    return last;
  }

  /** Adds the one that comes after the last. */
  void add(Change next) {
    last = next.position();
    ring[slot(last)] = next;
  }

  /** As {@link dev.omniq.storage.TaskStore#changes}. */
  Changes after(long position, int limit) {
    // A position that was never reached comes from an earlier life of the store.
    long asked = position > last ? 0 : Math.max(position, 0);
    long first = Math.max(asked + 1, last - CAPACITY + 1);
    List<Change> found = new ArrayList<>();
    for (long next = first; next <= last && found.size() < limit; next++) {
      found.add(Objects.requireNonNull(ring[slot(next)]));
    }
    boolean missed = position > last || first > asked + 1;
    return new Changes(found, first + found.size() - 1, missed);
  }

  private static int slot(long position) {
    return (int) (position % CAPACITY);
  }
}
