package dev.omniq.storage.file.shared;

import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The failure of a call as the owner sends it.
 *
 * @param ids the tasks of an unknown outcome
 */
record Failure(Kind kind, String message, List<TaskId> ids) {

  /** The exceptions of the storage interface. */
  enum Kind {
    STORAGE,
    UNKNOWN,
    ARGUMENT
  }

  /** The failure that a call ended with. */
  static Failure of(Call<?> call, Throwable thrown) {
    Throwable cause = cause(thrown);
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof StorageException) {
      return new Failure(Kind.STORAGE, message, List.of());
    }
    if (cause instanceof OutcomeUnknownException unknown) {
      return new Failure(Kind.UNKNOWN, message, unknown.taskIds());
    }
    if (cause instanceof IllegalArgumentException) {
      return new Failure(Kind.ARGUMENT, message, List.of());
    }
    return new Failure(
        call.changes().isPresent() ? Kind.UNKNOWN : Kind.STORAGE,
        "the owner of the store failed: " + cause,
        call.changes().orElse(List.of()));
  }

  /** The failure of a call that could not be read. */
  static Failure of(IOException unreadable) {
    return new Failure(
        Kind.STORAGE, "the owner of the store got " + unreadable.getMessage(), List.of());
  }

  /** Without the wrapping of futures that follow each other. */
  static Throwable cause(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return thrown instanceof CompletionException && cause != null ? cause : thrown;
  }

  /** The exception that the caller gets. */
  RuntimeException toException() {
    return switch (kind) {
      case STORAGE -> new StorageException(message);
      case UNKNOWN -> new OutcomeUnknownException(message, ids, null);
      case ARGUMENT -> new IllegalArgumentException(message);
    };
  }
}
