package dev.omniq;

import dev.omniq.task.Enqueued;
import dev.omniq.task.Notes;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Outcome;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.Times;
import dev.omniq.worker.Execution;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a handler knows of its execution and can tell about it. Thread-safe; a handler that hands
 * work to other threads passes its context along.
 */
public final class TaskContext {
  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  private final OmniQ omniq;
  private final Execution execution;

  TaskContext(OmniQ omniq, Execution execution) {
    this.omniq = omniq;
    this.execution = execution;
  }

  /**
   * The context of the handler that runs on this thread.
   *
   * @throws IllegalStateException on a thread that runs no handler
   */
  public static TaskContext current() {
    TaskContext context = CURRENT.get();
    if (context == null) {
      throw new IllegalStateException(
          "no task runs on this thread; take the context in the handler and pass it on");
    }
    return context;
  }

  static void bind(TaskContext context) {
    CURRENT.set(context);
  }

  static void unbind() {
    CURRENT.remove();
  }

  /** Whether a handler runs on this thread that is to end. */
  static boolean isStoppedHere() {
    TaskContext context = CURRENT.get();
    return context != null && context.isCancelled();
  }

  /** The task as it was claimed. */
  public Task task() {
    return execution.task();
  }

  /** The id of this task; each run of a series has its own. */
  public TaskId taskId() {
    return task().id();
  }

  /** The id of the first run of the series. */
  public TaskId seriesId() {
    return task().seriesId();
  }

  /** The number of this run in its series, from 1. */
  public int run() {
    return task().run();
  }

  /** Which attempt this is, from 1. */
  public int attempt() {
    return task().attempt();
  }

  /** When this execution began, by the store's clock. */
  public Instant startedAt() {
    return task().state().startedAt().orElseThrow();
  }

  /** When this execution will be interrupted; empty if it has no timeout. */
  public Optional<Instant> deadline() {
    return task().timeout().map(timeout -> Times.plus(startedAt(), timeout));
  }

  /**
   * Whether this execution should end: it timed out, was cancelled, lost its lease, or its worker
   * stops. Its thread was interrupted too; what it still returns is dropped, unless the worker
   * stops.
   */
  public boolean isCancelled() {
    return execution.isStopped();
  }

  /**
   * Tells how far the handler is. Stored within half a second, without a sync.
   *
   * @param fraction from 0 to 1
   * @param message for people; cut after {@value Notes#MAX_LINE} characters
   */
  public void progress(double fraction, String message) {
    execution.note(new Notes.Progress(fraction, Given.required(message, "the message")));
  }

  /** The same without a message. */
  public void progress(double fraction) {
    progress(fraction, "");
  }

  /** Adds a line to the task's own log, of which the last {@value Notes#MAX_LINES} are kept. */
  public void log(String line) {
    execution.note(new Notes.LogLine(omniq.now(), Given.required(line, "the line")));
  }

  /**
   * Puts the task off: when the handler returns, the task waits for the delay and runs again. The
   * attempt does not count. If the handler throws instead, that counts as any failure.
   *
   * @throws IllegalArgumentException if the delay is negative
   */
  public void snooze(Duration delay) {
    Given.required(delay, "the delay");
    if (delay.isNegative() || delay.compareTo(Times.MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          "snooze must be between zero and " + Times.MAX_DURATION + ", but is " + delay);
    }
    execution.snooze(delay);
  }

  /**
   * Makes this run the last of its series, if it succeeds: no next run follows. If the handler
   * throws instead, the attempt has failed as usual and the series goes on; one that is put off by
   * {@link #snooze} says it again in its next attempt. Without a series it changes nothing.
   *
   * @throws IllegalStateException if the task was completed before by {@link #completeIn}
   */
  public void endSeries() {
    execution.endSeries();
  }

  /**
   * Completes this task in a transaction of the handler's own, with the handler's other writes:
   * what the handler does to its database then happens exactly once. The task is a success when the
   * transaction commits; when it is rolled back, or not committed before the handler returns, the
   * attempt has failed. What the handler returns is not used.
   *
   * @param transaction a connection to the database of this queue's store, not in autocommit mode
   * @throws OmniQException if the claim is over, or if the store is in no database; the transaction
   *     should be rolled back
   * @throws IllegalStateException if it was completed before, or put off by {@link #snooze}
   */
  public void completeIn(Connection transaction) {
    completeIn(transaction, null);
  }

  /** The same with a result, which JSON must be able to carry. */
  public void completeIn(Connection transaction, @Nullable Object result) {
    Given.required(transaction, "the connection");
    String json = omniq.json().encodeResult(task().name(), Object.class, result);
    execution.completeIn(
        (claimed, notes) ->
            omniq
                .queue()
                .success(claimed, new Outcome.Succeeded(json, execution.endsSeries()), notes),
        (claimed, success) -> omniq.queue().settleIn(transaction, claimed, success));
  }

  /**
   * Enqueues another task, at once and for good, whatever becomes of this one; the same as the
   * facade's {@link OmniQ#enqueue}. If this task is retried, its handler enqueues again: give the
   * other task an id or a unique key to have it once.
   */
  public TaskId enqueue(TaskRequest request) {
    return omniq.enqueue(request);
  }

  /** The same, and tells whether it was created. */
  public Enqueued enqueueIfAbsent(TaskRequest request) {
    return omniq.enqueueIfAbsent(request);
  }
}
