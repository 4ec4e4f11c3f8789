package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/** What goes wrong in OmniQ; the message says what happened and what to do. */
public class OmniQException extends RuntimeException {
  /** An error with a message for people. */
  public OmniQException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public OmniQException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
