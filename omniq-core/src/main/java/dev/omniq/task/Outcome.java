package dev.omniq.task;

import java.time.Duration;

/** How an execution ended: the closed set of what a worker can report. */
public sealed interface Outcome {

  /** The handler returned; {@code json} is its result ({@code null} for a void handler). */
  record Succeeded(String json) implements Outcome {}

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
