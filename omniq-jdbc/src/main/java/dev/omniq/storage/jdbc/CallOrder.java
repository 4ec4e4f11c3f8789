package dev.omniq.storage.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the calls of each thread in their order although they go to several lanes: a call that goes
 * to another lane than the thread's last one waits for it. Those behind it that go to the same lane
 * wait only until it is in its lane, so that they can share a transaction with it. Thread-safe.
 */
final class CallOrder {
  @SuppressWarnings("ThreadLocalUsage") // each store has an order of its own
  private final ThreadLocal<@Nullable Last> last = new ThreadLocal<>();

  /**
   * The last call of a thread.
   *
   * @param gate what calls to the same lane have to pass
   */
  private record Last(Lane lane, Gate gate, CompletableFuture<?> ended) {}

  /** Calls that are not in their lane yet. */
  private final Map<Object, CompletableFuture<?>> deferred = new ConcurrentHashMap<>();

  /** Makes a call to a lane, now or when the thread's calls to other lanes have ended. */
  <T> CompletableFuture<T> call(Lane lane, Supplier<CompletableFuture<T>> call) {
    Last before = last.get();
    Gate gate;
    if (before == null || before.ended.isDone()) {
      gate = Gate.OPEN;
    } else if (before.lane == lane) {
      gate = before.gate;
    } else {
      gate = new Gate();
      var unused = before.ended.whenComplete((ended, failure) -> gate.open());
    }
    CompletableFuture<T> answer = pass(gate, call);
    last.set(new Last(lane, gate, ended(answer)));
    return answer;
  }

  private <T> CompletableFuture<T> pass(Gate gate, Supplier<CompletableFuture<T>> call) {
    var answer = new CompletableFuture<T>();
    if (!gate.makesWait(() -> answerBy(call, answer))) {
      return call.get();
    }
    Object key = new Object();
    deferred.put(key, answer);
    var unused = answer.whenComplete((value, failure) -> deferred.remove(key));
    return answer;
  }

  private static <T> void answerBy(
      Supplier<CompletableFuture<T>> call, CompletableFuture<T> answer) {
    try {
      var unused =
          call.get()
              .whenComplete(
                  (value, failure) -> {
                    if (failure == null) {
                      answer.complete(value);
                    } else {
                      answer.completeExceptionally(failure);
                    }
                  });
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private static CompletableFuture<?> ended(CompletableFuture<?> answer) {
    return answer.handle((value, failure) -> null);
  }

  /** Waits for the calls that wait for others, whatever becomes of them. */
  void await() {
    deferred.values().forEach(answer -> ended(answer).join());
  }

  /** Where calls wait, in their order, until a call to another lane has ended. */
  private static final class Gate {
    static final Gate OPEN = new Gate();

    static {
      OPEN.open();
    }

    private @Nullable List<Runnable> waiting = new ArrayList<>();

    /** Whether a call has to wait; then it is made when its turn comes. */
    synchronized boolean makesWait(Runnable call) {
      return waiting != null && waiting.add(call);
    }

    /** Makes the calls that wait; those that come meanwhile are behind them. */
    void open() {
      for (List<Runnable> calls = take(); !calls.isEmpty(); calls = take()) {
        calls.forEach(Runnable::run);
      }
    }

    /** What waits; if nothing does, nothing will any more. */
    private synchronized List<Runnable> take() {
      List<Runnable> taken = waiting == null ? List.of() : waiting;
      waiting = taken.isEmpty() ? null : new ArrayList<>();
      return taken;
    }
  }
}
