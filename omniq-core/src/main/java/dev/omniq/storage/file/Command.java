package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A call on its way through the store: what is to be decided, and who waits for the answer.
 *
 * @param decision decides against the state; runs again if the group could not be written
 * @param concerns the tasks that an unknown outcome concerns
 * @param future who waits
 */
record Command<T>(Decision<T> decision, List<TaskId> concerns, CompletableFuture<T> future) {

  /** Decides against the state, and appends to the draft of the group what follows from it. */
  @FunctionalInterface
  interface Decision<T> {
    Answer<T> decide(Draft draft) throws IOException;
  }

  /** Reads from files; runs on the thread for that. */
  @FunctionalInterface
  interface Read<T> {
    T read() throws IOException;
  }

  /** When and how a call is answered. */
  sealed interface Answer<T> {

    /** As soon as the group is written: enough for what need only survive the process. */
    record Written<T>(T value) implements Answer<T> {}

    /** As {@link Written}, but the value is to be read first. */
    record ReadNow<T>(Read<T> read) implements Answer<T> {}

    /** When everything durable up to this group is on stable storage. */
    record Forced<T>(T value) implements Answer<T> {}

    /** As {@link Forced}, and the value is to be read then. */
    record ReadForced<T>(Read<T> read) implements Answer<T> {}
  }
}
