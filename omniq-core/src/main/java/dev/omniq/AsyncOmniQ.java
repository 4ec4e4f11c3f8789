package dev.omniq;

import dev.omniq.codec.TypeRef;
import dev.omniq.queue.Callbacks;
import dev.omniq.queue.QueueService;
import dev.omniq.storage.Changes;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.Enqueued;
import dev.omniq.task.NewTask;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskFailedException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskNotFinishedException;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The facade with futures: what {@link OmniQ} does, without blocking the caller. Thread-safe.
 *
 * <p>What a caller could have known (a null, a lambda for a task) is thrown at once; what only the
 * store knows fails the future. Where {@link OmniQ} waits for room, these methods throw {@link
 * dev.omniq.task.QueueFullException}. Futures complete on a thread of the store, so what hangs on
 * them must be short, or be given an executor. To wait there, for a future that is not complete or
 * by a method of {@link OmniQ}, is refused by an {@link IllegalStateException}: it would wait for
 * itself.
 */
public final class AsyncOmniQ {
  private final OmniQ omniq;
  private final QueueService queue;

  AsyncOmniQ(OmniQ omniq, QueueService queue) {
    this.omniq = omniq;
    this.queue = queue;
  }

  /** Stores a task; the future completes when it is on stable storage. */
  public CompletableFuture<TaskId> enqueue(TaskRequest request) {
    return StoreFuture.of(enqueued(request).thenApply(Enqueued::id));
  }

  /** The same, and tells whether it was created or its id or unique key was taken. */
  public CompletableFuture<Enqueued> enqueueIfAbsent(TaskRequest request) {
    return StoreFuture.of(enqueued(request));
  }

  private CompletableFuture<Enqueued> enqueued(TaskRequest request) {
    return insertOne(List.of(omniq.newTask(request)), queue::insert);
  }

  static CompletableFuture<Enqueued> insertOne(
      List<NewTask> task, Function<List<NewTask>, CompletableFuture<List<Inserted>>> insert) {
    return insert
        .apply(task)
        .thenApply(answers -> new Enqueued(answers.get(0).id(), answers.get(0).created()));
  }

  /** Stores many tasks, all or none, in one durable write; the ids are in their order. */
  public CompletableFuture<List<TaskId>> enqueueAll(List<TaskRequest> requests) {
    return StoreFuture.of(insertAll(omniq.newTasks(requests), queue::insert));
  }

  static CompletableFuture<List<TaskId>> insertAll(
      List<NewTask> tasks, Function<List<NewTask>, CompletableFuture<List<Inserted>>> insert) {
    return insert.apply(tasks).thenApply(all -> all.stream().map(Inserted::id).toList());
  }

  /** How a task ended; empty while it is live, and if it is not known. */
  public CompletableFuture<Optional<TaskResult>> result(TaskId id) {
    return StoreFuture.of(queue.find(named(id)).thenApply(task -> task.flatMap(TaskResult::of)));
  }

  /**
   * What a task's handler returned.
   *
   * @throws TaskFailedException (as the future's failure) if the task failed or was cancelled
   * @throws TaskNotFinishedException (as the future's failure) if it is live or not known
   */
  public <T> CompletableFuture<@Nullable T> result(TaskId id, Class<T> type) {
    return StoreFuture.of(
        queue.find(named(id)).thenApply(task -> omniq.json().decode(json(id, task), type)));
  }

  /** The same for a generic type. */
  public <T> CompletableFuture<@Nullable T> result(TaskId id, TypeRef<T> type) {
    return StoreFuture.of(
        queue.find(named(id)).thenApply(task -> omniq.json().decode(json(id, task), type)));
  }

  private static String json(TaskId id, Optional<Task> found) {
    Task task = found.orElseThrow(() -> new TaskNotFinishedException("there is no task " + id));
    if (task.status().isLive()) {
      throw new TaskNotFinishedException("task " + id + " is " + task.status());
    }
    if (task.status() != TaskStatus.SUCCESS) {
      throw new TaskFailedException(
          "task %s is %s%s"
              .formatted(
                  id,
                  task.status(),
                  task.lastError().map(error -> ": " + error.message()).orElse("")));
    }
    return task.state().result().orElse("null");
  }

  /** How a task ended, as soon as it has; empty if that takes longer, or if it is not known. */
  public CompletableFuture<Optional<TaskResult>> await(TaskId id, Duration timeout) {
    CompletableFuture<Optional<TaskResult>> answer =
        queue.await(named(id), Given.required(timeout, "the timeout"));
    var told = StoreFuture.of(answer);
    var unused = told.whenComplete((result, failure) -> answer.cancel(false)); // who waits no more
    return told;
  }

  /** The task as it stands. */
  public CompletableFuture<Optional<Task>> task(TaskId id) {
    return StoreFuture.of(queue.find(named(id)));
  }

  /** The tasks that meet a query, the newest first. */
  public CompletableFuture<List<Task>> tasks(TaskQuery query) {
    return StoreFuture.of(queue.list(Given.required(query, "the query")));
  }

  /** Removes a task that is not running. */
  public CompletableFuture<DeleteOutcome> delete(TaskId id) {
    return StoreFuture.of(queue.delete(named(id)));
  }

  /** Ends a live task; the handler of a running one is interrupted. */
  public CompletableFuture<CancelOutcome> cancel(TaskId id) {
    return StoreFuture.of(queue.cancel(named(id)));
  }

  /** Ends a series, by the id of any of its runs, whichever run is live: whether one was. */
  public CompletableFuture<Boolean> cancelSeries(TaskId anyRun) {
    return StoreFuture.of(queue.cancelSeries(named(anyRun)));
  }

  /** Sends a finished task round once more, with a fresh budget of retries. */
  public CompletableFuture<Void> retry(TaskId id) {
    return StoreFuture.of(queue.retry(named(id)));
  }

  /** Gives a waiting task another due time. */
  public CompletableFuture<Void> reschedule(TaskId id, Instant due) {
    return StoreFuture.of(
        queue.reschedule(named(id), new Due.At(Given.required(due, "the due time"))));
  }

  /** Makes a waiting task due now. */
  public CompletableFuture<Void> runNow(TaskId id) {
    return StoreFuture.of(queue.reschedule(named(id), Due.now()));
  }

  /** Changes a page of tasks; see {@link OmniQ#change(TaskChange, TaskQuery)}. */
  public CompletableFuture<ChangedTasks> change(TaskChange change, TaskQuery page) {
    return change(change, page, task -> true);
  }

  /** Changes some tasks of a page; see {@link OmniQ#change(TaskChange, TaskQuery, Predicate)}. */
  public CompletableFuture<ChangedTasks> change(
      TaskChange change, TaskQuery page, Predicate<Task> only) {
    Given.required(only, "the condition");
    return StoreFuture.of(
        queue.change(
            Given.required(change, "the change"),
            Given.required(page, "the query"),
            task -> Callbacks.call(() -> only.test(task))));
  }

  /** Removes finished tasks that need not be kept; see {@link OmniQ#purge}. */
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    Given.required(retention, "the retention");
    if (limit < 1) {
      throw new IllegalArgumentException(
          "the number of tasks to purge must be at least 1, but is " + limit);
    }
    return StoreFuture.of(queue.purge(retention, limit));
  }

  /** Counts. */
  public CompletableFuture<QueueStats> stats() {
    return StoreFuture.of(queue.stats().thenApply(this::withUnknownNames));
  }

  private QueueStats withUnknownNames(StoreStats stats) {
    Set<String> known = omniq.handlers().names();
    Map<String, Long> unknown =
        stats.liveByName().entrySet().stream()
            .filter(count -> !known.contains(count.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return new QueueStats(stats.at(), stats.queues(), unknown);
  }

  /** The workers that were seen lately. */
  public CompletableFuture<List<WorkerInfo>> workers() {
    return StoreFuture.of(queue.workers());
  }

  /** Transitions behind a position; see {@link OmniQ#changes}. */
  public CompletableFuture<Changes> changes(long after, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "the number of changes must be at least 1, but is " + limit);
    }
    return StoreFuture.of(queue.changes(after, limit));
  }

  private static TaskId named(TaskId id) {
    return Given.required(id, "the task id");
  }
}
