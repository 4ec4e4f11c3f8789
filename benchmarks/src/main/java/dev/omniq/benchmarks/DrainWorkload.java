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
          return drain(omniq, TASKS);
        },
        place -> place.drainedPerSecond(CONCURRENCY, TASKS));
  }

  /** Drains tasks that are stored and due, until every outcome is on stable storage. */
  static double drain(OmniQ omniq, int tasks) throws Exception {
    return drain(omniq, tasks, CONCURRENCY);
  }

  /** The same, with so many handlers at once. */
  static double drain(OmniQ omniq, int tasks, int concurrency) throws Exception {
    Handlers.expect(tasks);
    long before = omniq.stats().count(TaskStatus.SUCCESS);
    long start = System.nanoTime();
    try (Worker worker = Handlers.worker(omniq, concurrency)) {
      Handlers.awaitRuns();
    }
    double perSecond = tasks / ((System.nanoTime() - start) / 1e9);
    requireEachOnce(tasks, omniq.stats().count(TaskStatus.SUCCESS) - before);
    return perSecond;
  }

  /** No figure for a store that loses or doubles. */
  private static void requireEachOnce(int tasks, long succeeded) {
    if (succeeded != tasks || Handlers.ran() != tasks) {
      throw new IllegalStateException(
          "%d tasks, but %d ran and %d succeeded".formatted(tasks, Handlers.ran(), succeeded));
    }
  }
}
