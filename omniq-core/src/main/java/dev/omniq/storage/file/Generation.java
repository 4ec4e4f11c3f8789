package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of one segment that has no index yet say of finished tasks: that one has ended, or
 * that one is finished no more. For the holder of the pen only.
 */
final class Generation {
  private final int segment;
  private final NavigableMap<TaskId, Told> told = new TreeMap<>();

  /**
   * What is told of a task.
   *
   * @param finished how it ended; empty if it is finished no more
   */
  record Told(Optional<FinishedTask> finished) {}

  Generation(int segment) {
    this.segment = segment;
  }

  int segment() {
    return segment;
  }

  /** What is told of a task; null if nothing. */
  @Nullable Told told(TaskId id) {
    return told.get(id);
  }

  /** Notes what a line tells; returns how to take that back. */
  Runnable tell(TaskId id, Optional<FinishedTask> finished) {
    Told before = told.put(id, new Told(finished));
    return () -> {
      if (before == null) {
        told.remove(id);
      } else {
        told.put(id, before);
      }
    };
  }

  /** The add line of a task stands elsewhere now, if it stood in a segment that was replaced. */
  void moved(TaskId id, long add, IntPredicate isOld) {
    told.computeIfPresent(
        id,
        (same, finished) ->
            new Told(
                finished
                    .finished()
                    .map(
                        task ->
                            isOld.test(Location.segment(task.add())) ? task.movedTo(add) : task)));
  }

  /** What is told of the tasks below an id, descending. */
  Iterable<Map.Entry<TaskId, Told>> descending(Optional<TaskId> below) {
    return below.map(id -> told.headMap(id, false)).orElse(told).descendingMap().entrySet();
  }

  /** What is told of the tasks above an id, ascending. */
  Iterable<Map.Entry<TaskId, Told>> ascending(Optional<TaskId> above) {
    return above.map(id -> told.tailMap(id, false)).orElse(told).entrySet();
  }

  /** Adds tasks that ended before a time, at most {@code most}. */
  void expired(
      PurgeScan.Ends before, int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    int added = 0;
    for (Told each : told.values()) {
      if (added >= most) {
        return;
      }
      Optional<FinishedTask> ended = each.finished().filter(task -> task.isBefore(before));
      if (ended.isPresent() && counts.test(ended.get().id())) {
        found.add(ended.get());
        added++;
      }
    }
  }

  /** Adds the finished tasks with the lowest ids, at most {@code most}. */
  void lowest(int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    told.values().stream()
        .flatMap(each -> each.finished().stream())
        .filter(task -> counts.test(task.id()))
        .limit(most)
        .forEach(found::add);
  }
}
