package dev.omniq.task;

import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which tasks to list: an immutable value, every method returns a new one. Conditions add up. The
 * newest task (by id) comes first; {@link #after} goes on behind a page's last task, so that tasks
 * that arrive meanwhile neither repeat nor shift a page.
 *
 * @param statuses the states to list; all of them when empty
 * @param queue only of this queue
 * @param name only of this task name
 * @param seriesId only runs of this series
 * @param onlyRecurring only runs of series
 * @param labels only tasks that carry all of these labels
 * @param createdFrom only tasks stored at this time or later
 * @param createdBefore only tasks stored before this time
 * @param after only tasks whose id is below this one: the cursor
 * @param limit at most this many, 1 to {@value #MAX_LIMIT}
 */
public record TaskQuery(
    Set<TaskStatus> statuses,
    Optional<String> queue,
    Optional<String> name,
    Optional<TaskId> seriesId,
    boolean onlyRecurring,
    Map<String, String> labels,
    Optional<Instant> createdFrom,
    Optional<Instant> createdBefore,
    Optional<TaskId> after,
    int limit) {

  /** The longest page. */
  public static final int MAX_LIMIT = 10_000;

  private static final TaskQuery ALL =
      new TaskQuery(
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          100);

  /** Checks the limit. */
  public TaskQuery {
    statuses = Set.copyOf(statuses);
    labels = Map.copyOf(labels);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit must be between 1 and " + MAX_LIMIT + ", but is " + limit);
    }
  }

  /** All tasks, 100 to a page. */
  public static TaskQuery all() {
    return ALL;
  }

  /** Only tasks with one of these states. */
  public TaskQuery status(TaskStatus first, TaskStatus... more) {
    return status(EnumSet.of(first, more));
  }

  /** Only tasks with one of these states; all states if the set is empty. */
  public TaskQuery status(Set<TaskStatus> oneOf) {
    return new TaskQuery(
        oneOf,
        queue,
        name,
        seriesId,
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        after,
        limit);
  }

  /** Only pending and running tasks. */
  public TaskQuery live() {
    return status(TaskStatus.PENDING, TaskStatus.RUNNING);
  }

  /** Only tasks of this queue. */
  public TaskQuery queue(String only) {
    return new TaskQuery(
        statuses,
        Optional.of(Objects.requireNonNull(only, "queue")),
        name,
        seriesId,
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        after,
        limit);
  }

  /** Only tasks of this name. */
  public TaskQuery name(String only) {
    return new TaskQuery(
        statuses,
        queue,
        Optional.of(Objects.requireNonNull(only, "name")),
        seriesId,
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        after,
        limit);
  }

  /** Only runs of the series with this id, which is the id of its first run. */
  public TaskQuery series(TaskId only) {
    return new TaskQuery(
        statuses,
        queue,
        name,
        Optional.of(Objects.requireNonNull(only, "series")),
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        after,
        limit);
  }

  /** Only runs of series: tasks with an interval. */
  public TaskQuery recurring() {
    return new TaskQuery(
        statuses, queue, name, seriesId, true, labels, createdFrom, createdBefore, after, limit);
  }

  /** Only tasks that carry this label, beside those named before. */
  public TaskQuery label(String label, String value) {
    var all = new HashMap<>(labels);
    all.put(label, value);
    return new TaskQuery(
        statuses,
        queue,
        name,
        seriesId,
        onlyRecurring,
        all,
        createdFrom,
        createdBefore,
        after,
        limit);
  }

  /** Only tasks stored in the given time, the end excluded. */
  public TaskQuery created(Instant from, Instant before) {
    return new TaskQuery(
        statuses,
        queue,
        name,
        seriesId,
        onlyRecurring,
        labels,
        Optional.of(Objects.requireNonNull(from, "from")),
        Optional.of(Objects.requireNonNull(before, "before")),
        after,
        limit);
  }

  /** The next page: only tasks that come behind this one. */
  public TaskQuery after(TaskId last) {
    return new TaskQuery(
        statuses,
        queue,
        name,
        seriesId,
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        Optional.of(Objects.requireNonNull(last, "after")),
        limit);
  }

  /** At most this many tasks. */
  public TaskQuery limit(int most) {
    return new TaskQuery(
        statuses,
        queue,
        name,
        seriesId,
        onlyRecurring,
        labels,
        createdFrom,
        createdBefore,
        after,
        most);
  }

  /** Whether a task meets every condition, the cursor included. */
  public boolean matches(Task task) {
    return (statuses.isEmpty() || statuses.contains(task.status()))
        && queue.map(task.queue()::equals).orElse(true)
        && name.map(task.name()::equals).orElse(true)
        && seriesId.map(task.seriesId()::equals).orElse(true)
        && (!onlyRecurring || task.recurring())
        && task.labels().entrySet().containsAll(labels.entrySet())
        && createdFrom.map(from -> !task.createdAt().isBefore(from)).orElse(true)
        && createdBefore.map(before -> task.createdAt().isBefore(before)).orElse(true)
        && after.map(cursor -> task.id().compareTo(cursor) < 0).orElse(true);
  }
}
