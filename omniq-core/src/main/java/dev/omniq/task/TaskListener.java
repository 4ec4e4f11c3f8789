package dev.omniq.task;

import java.time.Instant;

/**
 * Hears of every transition that this program makes, after it is on stable storage. Called on the
 * library's threads: be quick and do not block. A call that waits for a store is refused there by
 * an {@link IllegalStateException}. What a listener throws is logged and dropped.
 */
@FunctionalInterface
public interface TaskListener {

  /** A task changed its state. */
  void onTransition(Transition transition);

  /**
   * A change of state.
   *
   * @param task the task after the change
   * @param kind what happened
   * @param at when, by the store's clock
   */
  record Transition(Task task, Kind kind, Instant at) {}

  /** What can happen to a task. */
  enum Kind {
    /** Stored for the first time, by a caller or as the next run of a series. */
    ENQUEUED,
    /** Claimed by a worker. */
    STARTED,
    /** Ended well. */
    SUCCEEDED,
    /** An attempt failed and will be repeated. */
    RETRYING,
    /** Ended with an error. */
    FAILED,
    /** Ended by a user. */
    CANCELLED,
    /** Put off by its own handler. */
    SNOOZED,
    /** Given back by a worker that stops. */
    RELEASED,
    /** Taken back from a worker that was lost. */
    RESCUED,
    /** A finished task was sent round once more. */
    RETRIED,
    /** A user gave a waiting task another due time. */
    RESCHEDULED
  }
}
