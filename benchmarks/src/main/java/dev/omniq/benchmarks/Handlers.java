package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.task.OmniTask;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The tasks of the workloads. They count, and note when they begin. */
public final class Handlers {
  private static final long PATIENCE_MINUTES = 10;

  private static final ConcurrentLinkedQueue<Double> NOTED = new ConcurrentLinkedQueue<>();
  private static volatile CountDownLatch runs = new CountDownLatch(0);

  private Handlers() {}

  /** Does nothing but count. */
  @OmniTask
  public static void nothing(String payload) {
    runs.countDown();
  }

  /** Notes how long after the enqueue it begins; both by the wall clock of this machine. */
  @OmniTask
  public static void sinceEnqueue(long enqueuedMicros) {
    note((double) (micros(Instant.now()) - enqueuedMicros));
  }

  /** Notes how long after its planned time it begins. */
  @OmniTask
  public static void sincePlanned() {
    Instant now = Instant.now();
    note(Duration.between(TaskContext.current().task().plannedAt(), now).toNanos() / 1e3);
  }

  private static void note(double micros) {
    NOTED.add(micros / 1e3);
    runs.countDown();
  }

  static long micros(Instant time) {
    return Math.addExact(time.getEpochSecond() * 1_000_000L, time.getNano() / 1_000);
  }

  /** Forgets what was noted, and waits for so many runs from now on. */
  static void expect(int count) {
    NOTED.clear();
    runs = new CountDownLatch(count);
  }

  /** Waits for the runs that are expected. */
  static void awaitRuns() throws InterruptedException {
    if (!runs.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new IllegalStateException(runs.getCount() + " runs are missing");
    }
  }

  /** What was noted, in milliseconds. */
  static Sample noted() {
    return Sample.of(NOTED.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** A worker of these tasks. */
  static Worker worker(OmniQ omniq, int concurrency) {
    return omniq.worker().concurrency(concurrency).tasks(Handlers.class).start();
  }
}
