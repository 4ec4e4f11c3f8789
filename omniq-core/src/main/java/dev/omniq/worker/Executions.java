package dev.omniq.worker;

import dev.omniq.task.ClaimToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The claims that this worker holds: from the claim until the outcome is on stable storage, or
 * until the claim turned out to be over and the handler has returned. Thread-safe.
 */
final class Executions {
  private final ConcurrentHashMap<ClaimToken, Execution> held = new ConcurrentHashMap<>();
  private final int most;
  private final Runnable roomAgain;
  private volatile CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

  /**
   * Claims up to a bound, so that handlers faster than the disk do not pile up outcomes without
   * end.
   *
   * @param roomAgain told when there may be room again
   */
  Executions(int most, Runnable roomAgain) {
    this.most = most;
    this.roomAgain = roomAgain;
  }

  /** How many more may be held. */
  int room() {
    return most - held.size();
  }

  void add(Execution execution) {
    held.put(execution.token(), execution);
  }

  void remove(Execution execution) {
    held.remove(execution.token());
    if (held.size() > most / 2) {
      roomAgain.run();
    }
    if (held.isEmpty()) {
      idle.complete(null);
    }
  }

  Optional<Execution> find(ClaimToken token) {
    return Optional.ofNullable(held.get(token));
  }

  List<Execution> all() {
    return new ArrayList<>(held.values());
  }

  int size() {
    return held.size();
  }

  /**
   * Waits until nothing is held, on a worker that claims nothing meanwhile. An interrupt ends the
   * waiting and is kept.
   *
   * @return whether nothing is held
   */
  boolean awaitIdle(Duration atMost) {
    var becameIdle = new CompletableFuture<Void>();
    idle = becameIdle;
    if (held.isEmpty()) {
      return true;
    }
    try {
      becameIdle.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return held.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
    return held.isEmpty();
  }
}
