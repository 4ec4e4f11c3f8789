package dev.omniq.task;

import org.jspecify.annotations.Nullable;

/**
 * The store refused or failed: it is closed, full, damaged, unreachable, or of a newer format.
 * Where the message does not say otherwise, nothing was changed.
 */
public class StorageException extends OmniQException {
  /** An error with a message for people. */
  public StorageException(String message) {
    super(message);
  }

  /** An error with a message for people and its cause. */
  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
