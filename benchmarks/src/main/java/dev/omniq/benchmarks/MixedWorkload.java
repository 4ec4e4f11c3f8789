package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Everything at once: tasks come, run, fail and are tried again, are cancelled and are listed. */
final class MixedWorkload {
  private static final int SECONDS = 10;
  private static final int ENQUEUERS = 4;
  private static final int CANCELLED_OF = 20;
  private static final RetryPolicy ONCE_MORE = RetryPolicy.fixed(1, Duration.ofMillis(10));

  private final OmniQ omniq;
  private final AtomicInteger enqueued = new AtomicInteger();
  private final AtomicLong listed = new AtomicLong();
  private final Queue<TaskId> toCancel = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  private MixedWorkload(OmniQ omniq) {
    this.omniq = omniq;
  }

  static void run(Rounds rounds) throws Exception {
    rounds.inFreshStore(
        omniq -> {
          new MixedWorkload(omniq).run(rounds.report());
          return true;
        });
  }

  private void run(Report report) throws Exception {
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    try (Worker worker = Handlers.worker(omniq, 16)) {
      for (int i = 0; i < ENQUEUERS; i++) {
        threads.add(started(this::enqueue));
      }
      threads.add(started(this::cancel));
      threads.add(started(this::list));
      Thread.sleep(SECONDS * 1_000L);
      over = true;
      for (Thread thread : threads) {
        thread.join();
      }
      awaitEnd();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    report.value("mixed: tasks that came and ended", enqueued.get() / seconds, "/s", "–");
    report.value("mixed: of them failed", share(TaskStatus.FAILED), "%", "1");
    report.value("mixed: of them cancelled", share(TaskStatus.CANCELLED), "%", "up to 5");
    report.value("mixed: pages of 100 listed", listed.get() / (double) SECONDS, "/s", "–");
  }

  private static Thread started(Runnable work) {
    var thread = new Thread(work);
    thread.start();
    return thread;
  }

  private void enqueue() {
    while (!over) {
      int number = enqueued.getAndIncrement();
      TaskId id = omniq.enqueue(task(Handlers::mayFail, number).retry(ONCE_MORE));
      if (number % CANCELLED_OF == 1) {
        toCancel.add(id);
      }
    }
  }

  private void cancel() {
    while (!over) {
      TaskId id = toCancel.poll();
      if (id == null) {
        Thread.onSpinWait();
      } else {
        omniq.cancel(id);
      }
    }
  }

  private void list() {
    while (!over) {
      omniq.tasks(TaskQuery.all().limit(100));
      listed.incrementAndGet();
    }
  }

  /** Every task ends, and none is lost on the way. */
  private void awaitEnd() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (ended() < enqueued.get()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(enqueued.get() - ended() + " tasks have not ended");
      }
      Thread.sleep(5);
    }
    if (ended() != enqueued.get()) {
      throw new IllegalStateException("%d tasks, %d ends".formatted(enqueued.get(), ended()));
    }
  }

  private long ended() {
    var stats = omniq.stats();
    return stats.count(TaskStatus.SUCCESS)
        + stats.count(TaskStatus.FAILED)
        + stats.count(TaskStatus.CANCELLED);
  }

  private double share(TaskStatus status) {
    return 100.0 * omniq.stats().count(status) / enqueued.get();
  }
}
