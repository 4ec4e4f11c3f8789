package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/**
 * The result of a task was asked for that ended without one: it failed or was cancelled. The
 * message carries its last error.
 */
public class TaskFailedException extends OmniQException {
  /** An error with a message for people. */
  public TaskFailedException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public TaskFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
