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
  private final NavigableMap<TaskId, Optional<FinishedTask>> told = new TreeMap<>();

  Generation(int segment) {
    this.segment = segment;
  }

  int segment() {
    return segment;
  }

  /** What is told of a task: how it ended, or that it is finished no more; null if nothing. */
  @Nullable Optional<FinishedTask> told(TaskId id) {
    return told.get(id);
  }

  /** Notes what a line tells; returns how to take that back. */
  Runnable tell(TaskId id, Optional<FinishedTask> finished) {
    Optional<FinishedTask> before = told.put(id, finished);
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
            finished.map(
                task -> isOld.test(Location.segment(task.add())) ? task.movedTo(add) : task));
  }

  /** What is told of the tasks below an id, descending. */
  Iterable<Map.Entry<TaskId, Optional<FinishedTask>>> descending(Optional<TaskId> below) {
    return below.map(id -> told.headMap(id, false)).orElse(told).descendingMap().entrySet();
  }

  /** Adds tasks that ended before a time, at most {@code most}. */
  void expired(
      PurgeScan.Ends before, int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    int added = 0;
    for (Optional<FinishedTask> each : told.values()) {
      if (added >= most) {
        return;
      }
      if (each.isPresent() && each.get().isBefore(before) && counts.test(each.get().id())) {
        found.add(each.get());
        added++;
      }
    }
  }

  /** Adds the finished tasks with the lowest ids, at most {@code most}. */
  void lowest(int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    told.values().stream()
        .flatMap(Optional::stream)
        .filter(task -> counts.test(task.id()))
        .limit(most)
        .forEach(found::add);
  }
}
