package dev.omniq.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.omniq.worker.Worker;
import java.lang.management.ManagementFactory;

/** What a worker costs that has nothing to do. */
final class IdleWorkload {
  private static final int SECONDS = 20;

  private IdleWorkload() {}

  static void run(Rounds rounds) throws Exception {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double percent =
        rounds.inFreshStore(
            omniq -> {
              try (Worker worker = Handlers.worker(omniq, 4)) {
                Thread.sleep(2_000);
                long before = system.getProcessCpuTime();
                Thread.sleep(SECONDS * 1_000L);
                return (system.getProcessCpuTime() - before) / (SECONDS * 1e9) * 100;
              }
            });
    rounds.report().value("one idle worker", percent, "% of a core", "0.5");
  }
}
