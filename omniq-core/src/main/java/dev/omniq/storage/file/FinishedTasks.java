package dev.omniq.storage.file;

import dev.omniq.storage.Retention;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The finished tasks, by id. Not thread-safe. */
final class FinishedTasks {
  private final NavigableMap<TaskId, FinishedTask> recent = new TreeMap<>();
  private final Map<String, Map<TaskStatus, Long>> counts = new HashMap<>();

  Optional<FinishedTask> find(TaskId id) {
    return Optional.ofNullable(recent.get(id));
  }

  void put(FinishedTask task) {
    remove(task.id());
    recent.put(task.id(), task);
    count(task, 1);
  }

  /** Removes a task that was deleted or is live again; the inverse of {@link #put}. */
  void remove(TaskId id) {
    FinishedTask gone = recent.remove(id);
    if (gone != null) {
      count(gone, -1);
    }
  }

  /** The finished tasks with the highest ids, descending, at most {@code most}. */
  List<FinishedTask> slice(Optional<TaskId> below, int most) {
    var from = below.map(id -> recent.headMap(id, false)).orElse(recent).descendingMap().values();
    return from.stream().limit(most).toList();
  }

  /** The tasks that the retention does not keep, the lowest ids first, at most {@code limit}. */
  List<FinishedTask> expired(Retention retention, Instant now, int limit) {
    long success = Times.toMicros(now) - retention.success().toNanos() / 1_000;
    long failure = Times.toMicros(now) - retention.failure().toNanos() / 1_000;
    long tooMany = recent.size() - retention.most();
    var found = new ArrayList<FinishedTask>();
    for (FinishedTask task : recent.values()) {
      if (found.size() == limit) {
        break;
      }
      long kept = task.status() == TaskStatus.SUCCESS ? success : failure;
      if (task.finishedAt() < kept || tooMany > 0) {
        found.add(task);
        tooMany--;
      }
    }
    return found;
  }

  /** How many there are of each status in each queue. */
  Map<String, Map<TaskStatus, Long>> counts() {
    return counts;
  }

  private void count(FinishedTask task, long by) {
    counts
        .computeIfAbsent(task.queue(), queue -> new EnumMap<>(TaskStatus.class))
        .merge(task.status(), by, FinishedTasks::sum);
    counts.computeIfPresent(
        task.queue(), (queue, byStatus) -> byStatus.isEmpty() ? null : byStatus);
  }

  private static @Nullable Long sum(Long one, Long other) {
    return one + other == 0 ? null : Long.valueOf(one + other);
  }
}
