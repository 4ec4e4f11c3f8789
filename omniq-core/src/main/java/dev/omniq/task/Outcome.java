package dev.omniq.task;

import java.time.Duration;

/** How an execution ended: the closed set of what a worker can report. */
public sealed interface Outcome {

  /**
   * The handler returned.
   *
   * @param json its result; {@code null}, as JSON, for a void handler
   * @param endsSeries whether no next run follows
   */
  record Succeeded(String json, boolean endsSeries) implements Outcome {
    /** A series goes on. */
    public Succeeded(String json) {
      this(json, false);
    }
  }

  /**
   * The attempt failed.
   *
   * @param error why
   * @param permanent whether no retry may follow, whatever is left of the budget
   */
  record Failed(TaskError error, boolean permanent) implements Outcome {}

  /** The handler asked to be run again later; the attempt is not counted. */
  record Snoozed(Duration delay) implements Outcome {}

  /** The worker stops and gives the task back; the attempt is not counted. */
  record Released() implements Outcome {}
}
