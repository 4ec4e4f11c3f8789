package dev.omniq.storage.jdbc;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the calls of each thread in their order although they go to several lanes: a call that goes
 * to another lane than the thread's last one waits for it. Thread-safe.
 */
final class CallOrder {
  @SuppressWarnings("ThreadLocalUsage") // each store has an order of its own
  private final ThreadLocal<@Nullable Last> last = new ThreadLocal<>();

  /**
   * The last call of a thread.
   *
   * @param queued whether it is in its lane already, and does not wait for an earlier one
   */
  private record Last(Lane lane, boolean queued, CompletableFuture<?> ended) {}

  /** Makes a call to a lane, now or when the thread's calls to other lanes have ended. */
  <T> CompletableFuture<T> call(Lane lane, Supplier<CompletableFuture<T>> call) {
    Last before = last.get();
    boolean now = before == null || before.ended.isDone() || (before.queued && before.lane == lane);
    CompletableFuture<T> answer =
        now || before == null ? call.get() : before.ended.thenCompose(ended -> call.get());
    last.set(new Last(lane, now, answer.handle((value, failure) -> null)));
    return answer;
  }
}
