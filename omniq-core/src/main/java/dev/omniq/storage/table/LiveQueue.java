package dev.omniq.storage.table;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The live tasks of one queue: its kinds, its unique keys and its counts. */
final class LiveQueue {
  private final String name;
  private final Map<String, Kind> kinds = new HashMap<>();
  private final Map<String, Entry> keys = new HashMap<>();
  private long pending;
  private long running;

  LiveQueue(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  boolean isEmpty() {
    return pending + running == 0;
  }

  long pending() {
    return pending;
  }

  long running() {
    return running;
  }

  @Nullable Kind kind(String taskName) {
    return kinds.get(taskName);
  }

  Collection<Kind> kinds() {
    return kinds.values();
  }

  /** The kinds with one of these names, at the cost of the smaller side. */
  List<Kind> kinds(Set<String> names) {
    return names.size() < kinds.size()
        ? names.stream().map(kinds::get).filter(Objects::nonNull).toList()
        : kinds.values().stream().filter(kind -> names.contains(kind.name())).toList();
  }

  @Nullable Entry holder(String key) {
    return keys.get(key);
  }

  /** The earliest due time of a pending task. */
  OptionalLong oldestDue() {
    return kinds.values().stream()
        .flatMap(kind -> kind.lanes().stream())
        .mapToLong(lane -> lane.head().dueAt())
        .min();
  }

  void add(Entry entry) {
    Kind present = kinds.putIfAbsent(entry.name(), entry.kind);
    if (present != null) {
      entry.kind = present; // all entries of a kind share one instance
    }
    entry.kind.add(entry);
    if (entry.uniqueKey().isPresent()) {
      keys.put(entry.uniqueKey().get(), entry);
    }
    count(entry, 1);
  }

  void remove(Entry entry) {
    entry.kind.remove(entry);
    if (entry.kind.live() == 0) {
      kinds.remove(entry.name());
    }
    if (entry.uniqueKey().isPresent()) {
      keys.remove(entry.uniqueKey().get(), entry);
    }
    count(entry, -1);
  }

  private void count(Entry entry, int by) {
    if (entry.isPending()) {
      pending += by;
    } else {
      running += by;
    }
  }
}
