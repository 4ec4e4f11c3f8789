package dev.omniq.storage.jdbc;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Calls that are not in their lane yet. */
  private final Map<Object, CompletableFuture<?>> deferred = new ConcurrentHashMap<>();

  /** Makes a call to a lane, now or when the thread's calls to other lanes have ended. */
  <T> CompletableFuture<T> call(Lane lane, Supplier<CompletableFuture<T>> call) {
    Last before = last.get();
    boolean now = before == null || before.ended.isDone() || (before.queued && before.lane == lane);
    CompletableFuture<T> answer = now || before == null ? call.get() : defer(before, call);
    last.set(new Last(lane, now, ended(answer)));
    return answer;
  }

  private <T> CompletableFuture<T> defer(Last before, Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> answer = before.ended.thenCompose(ended -> call.get());
    Object key = new Object();
    deferred.put(key, answer);
    var unused = answer.whenComplete((value, failure) -> deferred.remove(key));
    return answer;
  }

  private static CompletableFuture<?> ended(CompletableFuture<?> answer) {
    return answer.handle((value, failure) -> null);
  }

  /** Waits for the calls that wait for others, whatever becomes of them. */
  void await() {
    deferred.values().forEach(answer -> ended(answer).join());
  }
}
