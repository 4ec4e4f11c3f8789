package dev.omniq.storage.file.shared;

import dev.omniq.task.StorageException;
import org.jspecify.annotations.Nullable;

/** The connection to the owner ended before the answer came: the call may have been made or not. */
final class ConnectionLostException extends StorageException {
  ConnectionLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
