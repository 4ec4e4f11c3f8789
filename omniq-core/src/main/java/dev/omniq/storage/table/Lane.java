package dev.omniq.storage.table;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pending entries of one queue, name, priority and suspicion, the earliest due first.
 *
 * <p>Within one priority the order of claiming ({@code dueAt − priority × 1 minute}, then
 * insertion) is the order of becoming due. So one heap answers both questions, what is due next and
 * what goes first; nothing has to be moved when its time comes, and a wall clock that steps back
 * needs no repair. A claim merges the heads of lanes.
 *
 * <p>A heap with four children per node: half the levels of a binary one, and the order of
 * insertion, mostly ascending, costs one comparison. Every entry knows its position, so that it can
 * be removed from the middle.
 */
@SuppressWarnings("ReferenceEquality") // an entry is itself, not another of the same task
final class Lane {
  /** A head start of one priority step. */
  static final long MICROS_PER_PRIORITY = 60_000_000L;

  /** The position of the entry that is due first. */
  static final int HEAD = 0;

  private static final int FIRST_CAPACITY = 4;
  private static final int CHILDREN = 4;

  private final String queue;
  private final int priority;
  private final boolean suspect;
  private @Nullable Entry[] heap = new Entry[FIRST_CAPACITY];
  private int size;

  Lane(String queue, int priority, boolean suspect) {
    this.queue = queue;
    this.priority = priority;
    this.suspect = suspect;
  }

  String queue() {
    return queue;
  }

  int priority() {
    return priority;
  }

  boolean suspect() {
    return suspect;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The entry that is due first; the lane must not be empty. */
  Entry head() {
    return at(HEAD);
  }

  /** What the heads of lanes are merged by, before the order of insertion. */
  long headKey() {
    return head().dueAt() - priority * MICROS_PER_PRIORITY;
  }

  /** Visits all entries, in no order. */
  void forEach(Consumer<Entry> visitor) {
    for (int i = 0; i < size; i++) {
      visitor.accept(at(i));
    }
  }

  void add(Entry entry) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size + Math.max(FIRST_CAPACITY, size >> 1));
    }
    siftUp(size++, entry);
  }

  void remove(Entry entry) {
    int position = entry.position;
    if (position < 0 || position >= size || heap[position] != entry) {
      throw new IllegalStateException("not in its lane: " + entry);
    }
    entry.position = Entry.NOWHERE;
    Entry last = at(--size);
    heap[size] = null;
    if (last != entry) {
      if (position > HEAD && before(last, at(parent(position)))) {
        siftUp(position, last);
      } else {
        siftDown(position, last);
      }
    }
    if (size < heap.length >> 2 && heap.length > FIRST_CAPACITY) {
      heap = Arrays.copyOf(heap, Math.max(FIRST_CAPACITY, heap.length >> 1));
    }
  }

  private void siftUp(int start, Entry entry) {
    int position = start;
    while (position > HEAD && before(entry, at(parent(position)))) {
      set(position, at(parent(position)));
      position = parent(position);
    }
    set(position, entry);
  }

  private void siftDown(int start, Entry entry) {
    int position = start;
    while (true) {
      int first = position * CHILDREN + 1;
      if (first >= size) {
        break;
      }
      int least = first;
      for (int child = first + 1; child < Math.min(first + CHILDREN, size); child++) {
        if (before(at(child), at(least))) {
          least = child;
        }
      }
      if (!before(at(least), entry)) {
        break;
      }
      set(position, at(least));
      position = least;
    }
    set(position, entry);
  }

  private void set(int position, Entry entry) {
    heap[position] = entry;
    entry.position = position;
  }

  private Entry at(int position) {
    return Objects.requireNonNull(heap[position]);
  }

  private static int parent(int position) {
    return (position - 1) / CHILDREN;
  }

  private static boolean before(Entry one, Entry other) {
    return one.dueAt() != other.dueAt()
        ? one.dueAt() < other.dueAt()
        : one.sequence() < other.sequence();
  }
}
