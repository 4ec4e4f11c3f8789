package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;

/** How many stored tasks a second are run and durably finished, with their results kept. */
final class DrainWorkload {
  private static final int TASKS = 50_000;
  private static final int CONCURRENCY = 64;

  private DrainWorkload() {}

  static void run(Rounds rounds) throws Exception {
    rounds.compare(
        "drain of 50,000",
        omniq -> {
          EnqueueWorkload.all(omniq, 1_000, TASKS);
          double perSecond = drain(omniq, TASKS);
          requireAllSucceeded(omniq, TASKS);
          return perSecond;
        },
        place -> place.drainedPerSecond(TASKS));
  }

  /** Drains tasks that are stored and due, until every outcome is on stable storage. */
  static double drain(OmniQ omniq, int tasks) throws Exception {
    Handlers.expect(tasks);
    long start = System.nanoTime();
    try (Worker worker = Handlers.worker(omniq, CONCURRENCY)) {
      Handlers.awaitRuns();
    }
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  private static void requireAllSucceeded(OmniQ omniq, int tasks) {
    long succeeded = omniq.stats().count(TaskStatus.SUCCESS);
    if (succeeded != tasks) {
      throw new IllegalStateException(tasks + " tasks, but " + succeeded + " succeeded");
    }
  }
}
