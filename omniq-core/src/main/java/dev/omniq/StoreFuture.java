package dev.omniq;

import dev.omniq.queue.Callbacks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A store's answer as the program has it: what hangs on it is known to be called back, and whoever
 * is called back must not wait for it.
 */
final class StoreFuture<T extends @Nullable Object> extends CompletableFuture<T> {

  /** Gets this answer, too. */
  static <T extends @Nullable Object> StoreFuture<T> of(CompletableFuture<T> answer) {
    var future = new StoreFuture<T>();
    var unused =
        answer.whenComplete((value, failure) -> Callbacks.run(() -> future.end(value, failure)));
    return future;
  }

  private void end(T value, @Nullable Throwable failure) {
    if (failure == null) {
      complete(value);
    } else {
      completeExceptionally(failure);
    }
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new StoreFuture<>();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    requireMayWait();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    requireMayWait();
    return super.get(timeout, unit);
  }

  @Override
  public T join() {
    requireMayWait();
    return super.join();
  }

  private void requireMayWait() {
    if (!isDone()) {
      Callbacks.requireMayWait();
    }
  }
}
