package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/** Thrown by a handler to end its task at once, as FAILED, whatever is left of its retries. */
public class PermanentFailureException extends OmniQException {
  /** An error with a message for people. */
  public PermanentFailureException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public PermanentFailureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
