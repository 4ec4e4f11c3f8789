package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for its answer, from whichever owner gives one. For the holder of the lock of
 * its {@link SwitchingStore}, where nothing else is said.
 */
final class Pending<T> {
  private final Call<T> call;
  private final long since;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private @Nullable CompletableFuture<T> attempt;

  /**
   * A call.
   *
   * @param since when it was made, by the monotonic clock
   */
  Pending(Call<T> call, long since) {
    this.call = call;
    this.since = since;
  }

  /** The answer, for the caller. */
  CompletableFuture<T> answer() {
    return answer;
  }

  long since() {
    return since;
  }

  /**
   * Makes the call, or makes it again.
   *
   * @param done is told, on any thread, that the call is over, and has to {@link Settled#tell} the
   *     caller. Nobody is told if the connection was lost: then the call waits for the next owner
   */
  void attempt(TaskStore store, Consumer<Settled> done) {
    CompletableFuture<T> next = make(store);
    attempt = next;
    var unused =
        next.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                done.accept(new Settled(this, () -> answer.complete(value)));
              } else if (!(Failure.cause(failure) instanceof ConnectionLostException)) {
                Throwable cause = Failure.cause(failure);
                done.accept(new Settled(this, () -> answer.completeExceptionally(cause)));
              }
            });
  }

  private CompletableFuture<T> make(TaskStore store) {
    try {
      return attempt == null ? call.on(store) : call.againOn(store);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Gives up. */
  Settled giveUp(String why) {
    RuntimeException failure =
        attempt != null && call.changes().isPresent()
            ? new OutcomeUnknownException(
                why + "; the call may have been carried out or not",
                call.changes().orElseThrow(),
                null)
            : new StorageException(why + "; nothing was changed");
    CompletableFuture<T> forget = attempt;
    return new Settled(
        this,
        () -> {
          answer.completeExceptionally(failure);
          if (forget != null) {
            forget.cancel(false);
          }
        });
  }

  /**
   * A call that is over.
   *
   * @param tell completes the answer; not to be run under a lock
   */
  record Settled(Pending<?> call, Runnable tell) {}
}
