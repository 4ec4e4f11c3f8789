package dev.omniq.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedTransferQueue;

/**
 * The limit of how soon a task starts: one thread stores rows or bytes of tasks, one after the
 * other, and hands the number of each to a second thread, which claims and then settles it. Nothing
 * else is between them.
 */
final class RawStarts {
  private static final int WARM_UP = LatencyWorkload.WARM_UP;

  private RawStarts() {}

  /** What is written of a task with this number, by both threads. */
  interface Steps {
    /** On stable storage when it returns. */
    void store(long number) throws Exception;

    /** Need not be on stable storage. */
    void claim(long number) throws Exception;

    /** On stable storage when it returns. */
    void settle(long number) throws Exception;
  }

  /** From before each task was stored until it is claimed, in milliseconds. */
  static Sample measure(Steps steps, int runs, long pauseMillis) throws Exception {
    var stored = new LinkedTransferQueue<Long>();
    long[] began = new long[WARM_UP + runs];
    var warm = new CountDownLatch(WARM_UP);
    var working = new FutureTask<>(() -> work(steps, stored, began, warm));
    var worker = new Thread(working, "limit");
    worker.setDaemon(true);
    worker.start();
    for (int i = 0; i < began.length && !working.isDone(); i++) {
      if (i == WARM_UP) {
        warm.await();
      }
      began[i] = System.nanoTime();
      steps.store(i + 1L);
      stored.add((long) i);
      Thread.sleep(i < WARM_UP ? 0 : pauseMillis);
    }
    try {
      return working.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the limit could not be measured", e);
    }
  }

  private static Sample work(
      Steps steps, LinkedTransferQueue<Long> stored, long[] began, CountDownLatch warm)
      throws Exception {
    double[] waits = new double[began.length - WARM_UP];
    for (int i = 0; i < began.length; i++) {
      long number = stored.take() + 1;
      steps.claim(number);
      if (i >= WARM_UP) {
        waits[i - WARM_UP] = (System.nanoTime() - began[i]) / 1e6;
      }
      steps.settle(number);
      warm.countDown();
    }
    return Sample.of(waits);
  }
}
