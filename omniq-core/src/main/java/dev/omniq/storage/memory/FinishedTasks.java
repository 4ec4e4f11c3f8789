package dev.omniq.storage.memory;

import dev.omniq.storage.Retention;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Tasks that have ended, by id and by the end of their retention. Unlike those of the file store
 * they cost heap, so a program with many of them should keep them briefly.
 */
final class FinishedTasks {
  private static final Comparator<Task> BY_END =
      Comparator.comparing(FinishedTasks::end).thenComparing(Task::id);

  private final NavigableMap<TaskId, Finished> byId = new TreeMap<>();
  private final NavigableSet<Task> successes = new TreeSet<>(BY_END);
  private final NavigableSet<Task> failures = new TreeSet<>(BY_END);
  private final Map<String, Map<TaskStatus, Long>> counts = new HashMap<>();

  /** A task that has ended, and its place in the order of insertion should it come back. */
  record Finished(Task task, long sequence) {}

  Optional<Finished> find(TaskId id) {
    return Optional.ofNullable(byId.get(id));
  }

  void add(Finished finished) {
    byId.put(finished.task().id(), finished);
    ofKind(finished.task()).add(finished.task());
    count(finished.task(), 1);
  }

  void remove(Finished finished) {
    byId.remove(finished.task().id());
    ofKind(finished.task()).remove(finished.task());
    count(finished.task(), -1);
  }

  /** From the highest id down, or from below the given one. */
  Iterator<Finished> descending(Optional<TaskId> below) {
    return below
        .map(id -> byId.headMap(id, false))
        .orElse(byId)
        .descendingMap()
        .values()
        .iterator();
  }

  /** From the lowest id up, or from above the given one. */
  Iterator<Finished> ascending(Optional<TaskId> above) {
    return above.map(id -> byId.tailMap(id, false)).orElse(byId).values().iterator();
  }

  /** The next task that the retention no longer keeps. */
  Optional<Finished> outlived(Retention retention, Instant now) {
    return first(successes, retention.success(), now)
        .or(() -> first(failures, retention.failure(), now))
        .map(task -> Optional.ofNullable(byId.get(task.id())))
        .orElseGet(
            () ->
                byId.size() > retention.most()
                    ? Optional.of(byId.firstEntry().getValue())
                    : Optional.empty());
  }

  /** How many there are, for each queue and status. */
  Map<String, Map<TaskStatus, Long>> counts() {
    return counts;
  }

  private static Optional<Task> first(NavigableSet<Task> tasks, Duration kept, Instant now) {
    Predicate<Task> outlived = task -> Duration.between(end(task), now).compareTo(kept) >= 0;
    return tasks.isEmpty() ? Optional.empty() : Optional.of(tasks.first()).filter(outlived);
  }

  private NavigableSet<Task> ofKind(Task task) {
    return task.status() == TaskStatus.SUCCESS ? successes : failures;
  }

  private void count(Task task, long by) {
    var ofQueue = counts.computeIfAbsent(task.queue(), queue -> new EnumMap<>(TaskStatus.class));
    ofQueue.merge(task.status(), by, (one, other) -> one + other == 0 ? null : one + other);
    if (ofQueue.isEmpty()) {
      counts.remove(task.queue());
    }
  }

  private static Instant end(Task task) {
    return task.state().finishedAt().orElseThrow();
  }
}
