package dev.omniq.queue;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transactional;
import dev.omniq.storage.Transactional.Confirmation;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Outcome;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener.Kind;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskResult;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue: with what stands behind it, the only caller of a store. Each method turns a wish into
 * a store's compare-and-set by {@link Rules}, and tells the listeners what became of it.
 * Thread-safe; nothing here blocks, except {@link #insertBlocking} where room is short.
 */
public final class QueueService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueService.class);

  private final TaskStore store;
  private final Backpressure backpressure;
  private final Listeners listeners;
  private final Waiters waiters;
  private final Announcements announcements;
  private final UserChanges changes;

  /**
   * A queue on a store, which it closes with itself.
   *
   * @param maxWaitingBytes how many bytes of arguments may wait to be stored
   */
  public QueueService(TaskStore store, long maxWaitingBytes, Listeners listeners, Waiters waiters) {
    this.store = store;
    this.backpressure = new Backpressure(maxWaitingBytes);
    this.listeners = listeners;
    this.waiters = waiters;
    announcements = new Announcements(listeners, waiters, store::now);
    changes = new UserChanges(store, announcements);
  }

  /** The store's clock. */
  public Instant now() {
    return store.now();
  }

  /**
   * Stores tasks, all or none; the answers are in their order.
   *
   * @throws dev.omniq.task.QueueFullException if too many bytes wait to be stored
   */
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return insert(tasks, backpressure.tryAcquire(bytes(tasks)), store::insert);
  }

  /** The same, but waits for room on the calling thread, and may store them on it. */
  public CompletableFuture<List<Inserted>> insertBlocking(List<NewTask> tasks) {
    return insert(tasks, backpressure.acquire(bytes(tasks)), store::insertByCaller);
  }

  private CompletableFuture<List<Inserted>> insert(
      List<NewTask> tasks,
      int share,
      Function<List<NewTask>, CompletableFuture<List<Inserted>>> insert) {
    CompletableFuture<List<Inserted>> stored;
    try {
      stored = insert.apply(tasks);
    } catch (RuntimeException | Error e) {
      backpressure.release(share);
      throw e;
    }
    return stored.whenComplete(
        (answers, failure) -> {
          backpressure.release(share);
          if (answers != null && listeners.any()) {
            for (int i = 0; i < answers.size(); i++) {
              if (answers.get(i).created()) {
                listeners.tell(Task.stored(tasks.get(i), now()), Kind.ENQUEUED, now());
              }
            }
          }
        });
  }

  /** Stores tasks within a transaction of the program's; listeners do not hear of its commit. */
  public List<Inserted> insertIn(Connection transaction, List<NewTask> tasks, boolean notify) {
    return transactional().insert(transaction, tasks, notify);
  }

  /**
   * Says so if the store can take part in no transaction of the program.
   *
   * @throws OmniQException naming the stores that can
   */
  public void requireTransactional() {
    transactional();
  }

  private Transactional transactional() {
    if (store instanceof Transactional transactional) {
      return transactional;
    }
    throw new OmniQException(
        "this store cannot take part in a transaction of the program; those in a database, sqlite"
            + " and postgres, can");
  }

  private static long bytes(List<NewTask> tasks) {
    long bytes = 0;
    for (NewTask task : tasks) {
      bytes += 256 + 2L * task.spec().arguments().length();
    }
    return bytes;
  }

  /** Gives due tasks to a worker, which waits for them: they may be claimed on its thread. */
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return store
        .claimByCaller(request)
        .whenComplete(
            (claims, failure) -> {
              if (claims != null && listeners.any()) {
                claims.forEach(claimed -> listeners.tell(claimed.task(), Kind.STARTED, now()));
              }
            });
  }

  /** The earliest time at which a claim may find something, for a worker that waits for it. */
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return store.nextDueByCaller(request);
  }

  /**
   * Records how an execution ended: {@code true} if it was recorded, {@code false} if the claim was
   * over, so that the outcome is dropped.
   *
   * @param endedAt when the execution ended, by the store's clock
   */
  public CompletableFuture<Boolean> settle(
      Claimed claimed, Outcome outcome, Notes notes, Instant endedAt) {
    Transition transition = Rules.settle(claimed, outcome, notes, moment(endedAt));
    return apply(claimed.task(), transition, kindOf(outcome, transition))
        .thenApply(Applied.APPLIED::equals);
  }

  /** What the success of an execution makes of its task: what {@link #settleIn} is to record. */
  public Transition success(Claimed claimed, Outcome.Succeeded outcome, Notes notes) {
    requireTransactional();
    return Rules.settle(claimed, outcome, notes, moment(now()));
  }

  /**
   * Records a success within a transaction of the program's.
   *
   * @throws OmniQException if the claim is over; the transaction should be rolled back
   */
  public void settleIn(Connection transaction, Claimed claimed, Transition success) {
    if (!(transactional().apply(transaction, success) instanceof Applied.Done)) {
      throw new OmniQException(
          "task %s cannot be completed: its claim %s is over; roll the transaction back"
              .formatted(claimed.task().id(), claimed.token()));
    }
  }

  /**
   * What became of a task that {@link #settleIn} was to settle. Listeners hear of it if it is this
   * success, and not what somebody else has made of the task after a rollback.
   */
  public CompletableFuture<Confirmation> confirm(Claimed claimed, Transition success) {
    return transactional()
        .confirm(claimed.task().id(), claimed.token())
        .thenCompose(
            confirmation ->
                confirmation == Confirmation.SETTLED
                    ? announceIfRecorded(claimed.task(), success)
                    : done(confirmation));
  }

  private CompletableFuture<Confirmation> announceIfRecorded(Task before, Transition success) {
    waiters.finished(success.id());
    if (!listeners.any()) {
      return done(Confirmation.SETTLED);
    }
    return store
        .find(success.id())
        .handle(
            (found, failure) -> {
              if (failure == null && found.filter(task -> isRecorded(success, task)).isPresent()) {
                announcements.made(before, success, Kind.SUCCEEDED);
              }
              return Confirmation.SETTLED;
            });
  }

  /** An execution is told from others of its task by who began it, and when. */
  private static boolean isRecorded(Transition success, Task task) {
    return task.status() == success.next().status()
        && task.state().worker().equals(success.next().worker())
        && task.state().startedAt().equals(success.next().startedAt());
  }

  private static Kind kindOf(Outcome outcome, Transition transition) {
    if (outcome instanceof Outcome.Succeeded) {
      return Kind.SUCCEEDED;
    }
    if (outcome instanceof Outcome.Failed) {
      return transition.next().status().isFinished() ? Kind.FAILED : Kind.RETRYING;
    }
    return outcome instanceof Outcome.Snoozed ? Kind.SNOOZED : Kind.RELEASED;
  }

  /** Extends a worker's leases; the answers tell which claims are over. */
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return store.extend(extension);
  }

  /** Stores what handlers told of their executions. */
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return store.annotate(annotations);
  }

  /** Takes expired claims back, at most {@code limit}: how many there were. */
  public CompletableFuture<Integer> rescue(int limit) {
    return store.expired(limit).thenCompose(this::rescueAll);
  }

  private CompletableFuture<Integer> rescueAll(List<ExpiredClaim> expired) {
    if (expired.isEmpty()) {
      return CompletableFuture.completedFuture(0);
    }
    List<Transition> transitions = new ArrayList<>();
    for (ExpiredClaim claim : expired) {
      transitions.add(Rules.rescue(claim, moment(now())));
    }
    return store
        .apply(transitions)
        .thenApply(
            answers -> {
              for (int i = 0; i < answers.size(); i++) {
                if (answers.get(i) instanceof Applied.Done) {
                  Transition made = transitions.get(i);
                  logIfEnded(expired.get(i).task(), made);
                  announcements.made(
                      expired.get(i).task(),
                      made,
                      made.next().status().isFinished() ? Kind.FAILED : Kind.RESCUED);
                }
              }
              return expired.size();
            });
  }

  private static void logIfEnded(Task task, Transition rescue) {
    if (rescue.next().status().isFinished()) {
      LOG.warn(
          "Task {} ({}) failed: {}",
          task.id(),
          task.name(),
          rescue.next().errors().get(rescue.next().errors().size() - 1).message());
    }
  }

  /** Ends a live task, also a running one, whose handler is interrupted. */
  public CompletableFuture<CancelOutcome> cancel(TaskId id) {
    return changes.cancel(id);
  }

  /**
   * Ends a series by the id of any of its runs, whichever run is live: whether one was. A run that
   * ends meanwhile takes the attempt to its follow-up; each attempt is one compare-and-set.
   */
  public CompletableFuture<Boolean> cancelSeries(TaskId anyRun) {
    return changes.cancelSeries(anyRun);
  }

  /**
   * Sends a finished task round once more, with a fresh budget.
   *
   * @throws OmniQException (as the future's failure) if the task is missing or live, or if another
   *     live task holds its unique key
   */
  public CompletableFuture<Void> retry(TaskId id) {
    return changes.retry(id);
  }

  /**
   * Gives a waiting task another due time.
   *
   * @throws OmniQException (as the future's failure) if the task is missing or does not wait
   */
  public CompletableFuture<Void> reschedule(TaskId id, Due due) {
    return changes.reschedule(id, due);
  }

  /** Removes a task that is not running. */
  public CompletableFuture<DeleteOutcome> delete(TaskId id) {
    return changes.delete(id);
  }

  /**
   * Changes a page of tasks in one durable write, or in several if their states are large.
   *
   * @param only which of the page's tasks; called on a thread of the store
   */
  public CompletableFuture<ChangedTasks> change(
      TaskChange change, TaskQuery page, Predicate<Task> only) {
    return changes.change(change, page, only);
  }

  /** The task as it stands. */
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return store.find(id);
  }

  /** The tasks that meet a query, the newest first. */
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    return store.list(query);
  }

  /** Counts. */
  public CompletableFuture<StoreStats> stats() {
    return store.stats();
  }

  /** The workers seen lately. */
  public CompletableFuture<List<WorkerInfo>> workers() {
    return store.workers();
  }

  /** The last transitions. */
  public CompletableFuture<Changes> changes(long after, int limit) {
    return store.changes(after, limit);
  }

  /** The mark of the move that the store takes part in, or was left by. */
  public CompletableFuture<Optional<MoveMark>> moveMark() {
    return store instanceof Movable movable ? movable.mark() : done(Optional.empty());
  }

  /** Removes finished tasks beyond the retention, at most {@code limit}: how many. */
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return store.purge(retention, limit);
  }

  /** The result of a task as soon as it has one; empty if that takes longer than the timeout. */
  public CompletableFuture<Optional<TaskResult>> await(TaskId id, Duration timeout) {
    return waiters.await(id, timeout, store);
  }

  /** Wake-ups, where the store offers them. */
  public Optional<WakeUps> wakeUps() {
    return store instanceof WakeUps wakeUps ? Optional.of(wakeUps) : Optional.empty();
  }

  /** Closes the store; calls under way are finished first. */
  @Override
  public void close() {
    waiters.close();
    store.close();
  }

  private CompletableFuture<Applied> apply(Task before, Transition transition, Kind kind) {
    return store
        .apply(List.of(transition))
        .thenApply(
            answers -> {
              Applied answer = answers.get(0);
              if (answer instanceof Applied.Done) {
                announcements.made(before, transition, kind);
              }
              return answer;
            });
  }

  static Rules.Moment moment(Instant now) {
    return new Rules.Moment(now, ThreadLocalRandom.current().nextDouble(), TaskId.next(now));
  }

  private static <T> CompletableFuture<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
