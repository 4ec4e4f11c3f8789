package dev.omniq.testkit;

import static dev.omniq.task.TaskStatus.PENDING;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.QueueStats.Counts;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The tasks of a {@link ModelStorage}: a map that is looked through from end to end. */
final class ModelRows {
  private final Map<TaskId, Row> rows = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private long lastSequence;

  /** A task as it stands. A RUNNING one has a hold, all others have none. */
  record Row(Task task, long sequence, Optional<Hold> hold) {

    Row with(Task changed) {
      return new Row(changed, sequence, hold);
    }

    Row heldBy(Hold newHold) {
      return new Row(task, sequence, Optional.of(newHold));
    }

    Row heldByNobody() {
      return new Row(task, sequence, Optional.empty());
    }

    boolean isHeldBy(ClaimToken token) {
      return hold.isPresent() && hold.get().token.equals(token);
    }

    boolean carriesSeries() {
      return task.status().isLive() && task.recurring() && !task.state().detached();
    }
  }

  /**
   * Who runs a task: {@code first} is the first token of the claim call that took it, the lease in
   * nanoseconds.
   */
  record Hold(ClaimToken token, ClaimToken first, long lease, long expiresAt, long extensions) {

    Hold extended(long newExpiry, long newExtensions) {
      return new Hold(token, first, lease, newExpiry, newExtensions);
    }
  }

  ModelRows copy() {
    var copy = new ModelRows();
    copy.rows.putAll(rows);
    copy.changes.addAll(changes);
    copy.lastSequence = lastSequence;
    return copy;
  }

  /** Whether both have the same tasks in the same states, whatever their leases. */
  boolean sameTasks(ModelRows other) {
    return tasks().equals(other.tasks());
  }

  private Set<Task> tasks() {
    return all(row -> true).map(Row::task).collect(toSet());
  }

  // ---- change ----

  void insert(Task task) {
    lastSequence++;
    put(new Row(task, lastSequence, Optional.empty()));
    changed(task, task.createdAt());
  }

  void put(Row row) {
    rows.put(row.task.id(), row);
  }

  void replaceHolds(UnaryOperator<Hold> change) {
    rows.replaceAll((id, row) -> new Row(row.task, row.sequence, row.hold.map(change)));
  }

  void remove(TaskId id) {
    rows.remove(id);
  }

  /** Notes a transition for {@link #changesAfter}. */
  void changed(Task task, Instant at) {
    changes.add(new Change(changes.size() + 1L, at, task.id(), task.name(), task.status()));
  }

  // ---- look ----

  Optional<Row> find(TaskId id) {
    return Optional.ofNullable(rows.get(id));
  }

  Stream<Row> all(Predicate<Row> which) {
    return rows.values().stream().filter(which);
  }

  Optional<Row> carrier(TaskId seriesId) {
    return all(row -> row.carriesSeries() && row.task.seriesId().equals(seriesId)).findAny();
  }

  Optional<Row> keyHolder(TaskSpec spec) {
    return all(row ->
            spec.uniqueKey().isPresent()
                && row.task.status().isLive()
                && row.task.queue().equals(spec.queue())
                && row.task.uniqueKey().equals(spec.uniqueKey()))
        .findAny();
  }

  List<Task> list(TaskQuery query) {
    return all(row -> meets(query, row.task))
        .map(Row::task)
        .sorted(comparing(Task::id).reversed())
        .limit(query.limit())
        .toList();
  }

  private static boolean meets(TaskQuery query, Task task) {
    return (query.statuses().isEmpty() || query.statuses().contains(task.status()))
        && query.queue().stream().allMatch(task.queue()::equals)
        && query.name().stream().allMatch(task.name()::equals)
        && query.seriesId().stream().allMatch(task.seriesId()::equals)
        && (!query.onlyRecurring() || task.recurring())
        && task.labels().entrySet().containsAll(query.labels().entrySet())
        && query.createdFrom().stream().noneMatch(task.createdAt()::isBefore)
        && query.createdBefore().stream().allMatch(task.createdAt()::isBefore)
        && query.after().stream().allMatch(cursor -> task.id().compareTo(cursor) < 0);
  }

  StoreStats stats(Instant now) {
    Map<String, Counts> queues = new HashMap<>();
    all(row -> true)
        .map(row -> row.task.queue())
        .distinct()
        .forEach(queue -> queues.put(queue, counts(queue)));
    Map<String, Long> liveByName =
        all(row -> row.task.status().isLive())
            .collect(groupingBy(row -> row.task.name(), counting()));
    return new StoreStats(now, queues, liveByName);
  }

  private Counts counts(String queue) {
    Map<TaskStatus, Long> byStatus =
        all(row -> row.task.queue().equals(queue))
            .collect(groupingBy(row -> row.task.status(), counting()));
    Optional<Instant> oldestDue =
        all(row -> row.task.queue().equals(queue) && row.task.status() == PENDING)
            .map(row -> row.task.dueAt())
            .min(Comparator.naturalOrder());
    return new Counts(byStatus, oldestDue);
  }

  /** Keeps all changes, so that none is ever missed. */
  Changes changesAfter(long after, int limit) {
    List<Change> later =
        changes.stream().filter(each -> each.position() > after).limit(limit).toList();
    long last = later.isEmpty() ? after : later.get(later.size() - 1).position();
    return new Changes(later, last, false);
  }
}
