package dev.omniq.codec;

import dev.omniq.task.OmniQException;
import org.jspecify.annotations.Nullable;

/**
 * The stored arguments of a task do not fit its handler. To run it again would not help: the worker
 * fails it with {@code VALIDATION}, without retries.
 */
public final class UndecodableArgumentsException extends OmniQException {
  /** An error with a message for people and its cause. */
  public UndecodableArgumentsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
