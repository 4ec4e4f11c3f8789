package dev.omniq.storage;

import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where tasks are kept: small, batch-first, with one compare-and-set. A store obeys; what follows
 * what is decided in {@code dev.omniq.queue}, its only caller.
 *
 * <p><b>Futures.</b> No method blocks its caller for I/O: the store does its I/O, reads included,
 * on threads of its own that nobody interrupts. Calls may come from any thread; those of one thread
 * take effect in their order, and calls that arrive together share durable writes. A future may be
 * completed on a thread of the store, so what hangs on it must be short; a future that the caller
 * cancels or completes changes nothing in the store.
 *
 * <p><b>Durability.</b> The futures of {@link #insert}, {@link #apply} and {@link #delete} complete
 * when the change is on stable storage. {@link #claim}, {@link #extend} and {@link #annotate} need
 * only survive the death of the process. A read never shows a finished task that is not on stable
 * storage.
 *
 * <p><b>Failure.</b> A future fails with {@link dev.omniq.task.StorageException} if nothing was
 * changed, and with {@link dev.omniq.task.OutcomeUnknownException} if that is not known. What fails
 * for one member of a shared write does not fail the others.
 *
 * <p><b>Bad input</b> that a caller could have known (null, an empty name) is the caller's error
 * and refused by the value types; an empty list is answered with an empty list.
 */
public interface TaskStore extends AutoCloseable {

  /**
   * The store's own clock, in microseconds: what due times are compared with. Never blocks. Where
   * the store is on another machine, an estimate that is good to a few milliseconds.
   */
  Instant now();

  /**
   * Stores tasks, all or none, in one durable step.
   *
   * <p>The answers are in the order of the tasks. A task whose id is there already (live or
   * finished), or whose unique key is held by a live task of its queue, is not stored; the answer
   * names the task that is there. Duplicates within the list resolve to the first. Tasks keep the
   * order of the list where their due times and priorities are equal.
   */
  CompletableFuture<List<Inserted>> insert(List<NewTask> tasks);

  /**
   * The same for a caller that is about to wait for the answer: a store may use the calling thread
   * for the work, which spares two changes of threads.
   */
  default CompletableFuture<List<Inserted>> insertByCaller(List<NewTask> tasks) {
    return insert(tasks);
  }

  /**
   * Gives due tasks to a worker: RUNNING, with a token and a lease each, in the order in which they
   * are to run.
   *
   * <p>The order over all queues asked for is {@code dueAt − priority × 1 minute}, then the order
   * of insertion. Never a task before its {@code dueAt}. A claim does not walk over tasks that it
   * cannot take. The tokens are the request's first token and those after it. To repeat a request
   * with the same first token gives what the first one gave (as far as it is still claimed), not
   * more; a request that was given nothing may be made again.
   */
  CompletableFuture<List<Claimed>> claim(ClaimRequest request);

  /** The same for a caller that is about to wait, like {@link #insertByCaller}. */
  default CompletableFuture<List<Claimed>> claimByCaller(ClaimRequest request) {
    return claim(request);
  }

  /**
   * Replaces the states of tasks, each with its follow-up in one atomic step, if what the
   * transition expects still holds. The answers are in the order of the transitions.
   *
   * <p>Several transitions of one call are independent of each other and are tried in order. A
   * follow-up whose series has another live task already is left out; the transition itself is
   * applied. A follow-up takes over the unique key. To repeat a transition that was applied is
   * {@link Applied#STALE} or {@link Applied#APPLIED}, and changes nothing.
   */
  CompletableFuture<List<Applied>> apply(List<Transition> transitions);

  /**
   * Grants new leases for the claims that a worker still holds, counted from now by a clock that
   * does not jump, and notes that the worker is alive. {@link Applied#STALE} for a claim that is
   * over; its handler must be interrupted. An empty list of tokens only notes that it is alive.
   */
  CompletableFuture<List<Applied>> extend(LeaseExtension extension);

  /** Claims whose lease has run out, the oldest first, at most {@code limit}. */
  CompletableFuture<List<ExpiredClaim>> expired(int limit);

  /**
   * The earliest time at which {@link #claim} may find something for this request; empty if nothing
   * waits for it. A time in the past means now. Tasks that the request cannot take do not count.
   */
  CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request);

  /** The same for a caller that is about to wait, like {@link #insertByCaller}. */
  default CompletableFuture<Optional<Instant>> nextDueByCaller(ClaimRequest request) {
    return nextDue(request);
  }

  /** Replaces the notes of running tasks. {@link Applied#STALE} for a claim that is over. */
  CompletableFuture<List<Applied>> annotate(List<Annotation> annotations);

  /** Removes tasks that are not RUNNING. The answers are in the order of the ids. */
  CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids);

  /** The task as it stands. */
  CompletableFuture<Optional<Task>> find(TaskId id);

  /** The tasks that meet the query, the newest id first, at most its limit. */
  CompletableFuture<List<Task>> list(TaskQuery query);

  /** The live (PENDING or RUNNING, not detached) run of a series, if it has one. */
  CompletableFuture<Optional<Task>> liveRun(TaskId seriesId);

  /** Counts, at a cost that does not grow with what is stored. */
  CompletableFuture<StoreStats> stats();

  /** The workers that were seen lately. */
  CompletableFuture<List<WorkerInfo>> workers();

  /**
   * The transitions that came after a position, the oldest first, at most {@code limit}: what
   * {@code tail} follows. A store keeps only the last few thousand; {@link Changes#missed} tells
   * when some are gone. Position 0 asks for the oldest that is kept.
   */
  CompletableFuture<Changes> changes(long after, int limit);

  /** Removes finished tasks that the retention no longer keeps, at most {@code limit}: how many. */
  CompletableFuture<Integer> purge(Retention retention, int limit);

  /**
   * Ends the use of the store; calls under way are finished first, later ones fail with {@link
   * dev.omniq.task.StorageException}. Closing again does nothing.
   */
  @Override
  void close();
}
