package dev.omniq.storage.postgres;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Enqueues one task after the other, from a thread of its own, until it is ended. */
final class Load implements AutoCloseable {
  private final Set<TaskId> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private final CompletableFuture<Void> running;
  private volatile boolean over;

  Load(OmniQ omniq, TaskType<String> type) {
    running =
        CompletableFuture.runAsync(
            () -> {
              while (!over) {
                try {
                  acknowledged.add(omniq.enqueue(type.with("x")));
                } catch (StorageException | OutcomeUnknownException e) {
                  // Not acknowledged, so not counted.
                  refused.incrementAndGet();
                }
              }
            });
  }

  /** Waits until so many more have been acknowledged. */
  void awaitMore(int count) {
    int enough = acknowledged.size() + count;
    while (acknowledged.size() < enough && !running.isDone()) {
      Thread.onSpinWait();
    }
  }

  void end() {
    over = true;
    running.join();
  }

  Set<TaskId> acknowledged() {
    return acknowledged;
  }

  int refused() {
    return refused.get();
  }

  @Override
  public void close() {
    end();
  }
}
