package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/**
 * The result of a task was asked for that is still pending or running, or did not finish within the
 * time given.
 */
public class TaskNotFinishedException extends OmniQException {
  /** An error with a message for people. */
  public TaskNotFinishedException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public TaskNotFinishedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
