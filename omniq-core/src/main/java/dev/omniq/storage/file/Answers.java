package dev.omniq.storage.file;

import dev.omniq.storage.file.Command.Answer;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.util.concurrent.Executor;

/** Gives commands their answers; what is to be read first is read on a thread for that. */
final class Answers {
  private final Executor reader;

  Answers(Executor reader) {
    this.reader = reader;
  }

  /** A command that is decided and written, and answered when the journal is forced so far. */
  record Pending<T>(Command<T> command, Answer<T> answer, long position) {}

  <T> void give(Pending<T> pending) {
    give(pending.command(), pending.answer());
  }

  <T> void give(Command<T> command, Answer<T> answer) {
    if (answer instanceof Answer.Written<T> written) {
      command.future().complete(written.value());
    } else if (answer instanceof Answer.Forced<T> forced) {
      command.future().complete(forced.value());
    } else if (answer instanceof Answer.ReadNow<T> read) {
      reader.execute(() -> read(command, read.read()));
    } else if (answer instanceof Answer.ReadForced<T> read) {
      reader.execute(() -> read(command, read.read()));
    }
  }

  private static <T> void read(Command<T> command, Command.Read<T> read) {
    try {
      command.future().complete(read.read());
    } catch (IOException e) {
      command
          .future()
          .completeExceptionally(new StorageException("cannot read: " + e.getMessage(), e));
    } catch (RuntimeException e) {
      command.future().completeExceptionally(e);
    }
  }

  /** Says that a change may survive or not. */
  void unknown(Command<?> command) {
    command
        .future()
        .completeExceptionally(
            new OutcomeUnknownException(
                "the journal could not be forced to stable storage, so it is not known whether the"
                    + " change survives; to repeat it with the same ids is safe",
                command.concerns(),
                null));
  }
}
