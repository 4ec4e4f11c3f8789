package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/**
 * More bytes wait to be stored than the program allows. Thrown to asynchronous callers; blocking
 * callers wait. Nothing was changed.
 */
public class QueueFullException extends OmniQException {
  /** An error with a message for people. */
  public QueueFullException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public QueueFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
