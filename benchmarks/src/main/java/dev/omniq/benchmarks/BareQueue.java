package dev.omniq.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What it costs by itself that callers wait: a queue of the JDK, and a thread that stores the rows
 * of all who asked meanwhile and answers them. There is no task; nothing is checked, kept in memory
 * or told to a worker.
 */
final class BareQueue implements AutoCloseable {
  private final Place.Rows rows;
  private final BlockingQueue<CompletableFuture<Void>> asked = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "bare-queue");

  BareQueue(Place.Rows rows) {
    this.rows = rows;
    thread.start();
  }

  /** Completes when a task is durable. */
  CompletableFuture<Void> enqueue() {
    var answer = new CompletableFuture<Void>();
    asked.add(answer);
    return answer;
  }

  private void run() {
    List<CompletableFuture<Void>> batch = new ArrayList<>();
    while (true) {
      try {
        batch.add(asked.take());
        asked.drainTo(batch);
        rows.store(batch.size());
        batch.forEach(answer -> answer.complete(null));
      } catch (InterruptedException e) {
        return;
      } catch (Exception e) {
        batch.forEach(answer -> answer.completeExceptionally(e));
      }
      batch.clear();
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
