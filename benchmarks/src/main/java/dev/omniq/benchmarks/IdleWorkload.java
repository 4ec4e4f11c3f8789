package dev.omniq.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.omniq.OmniQ;
import dev.omniq.worker.Worker;
import java.lang.management.ManagementFactory;

/** What a worker costs that has nothing to do: a minute, and an hour by that. */
final class IdleWorkload {
  private static final int SECONDS = 60;

  /**
   * What is done once is not an hour's. The compiler comes when a method was called 200 times,
   * which takes a worker more than three minutes that looks once a second.
   */
  private static final int SETTLING_SECONDS = 300;

  private IdleWorkload() {}

  static void run(Rounds rounds) throws Exception {
    rounds.inFreshStore(omniq -> measure(omniq, rounds.place(), rounds.report()));
  }

  private static boolean measure(OmniQ omniq, Place place, Report report) throws Exception {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (Worker worker = Handlers.worker(omniq, 4)) {
      Thread.sleep(SETTLING_SECONDS * 1_000L);
      Place.Load before = place.load();
      long cpuBefore = system.getProcessCpuTime();
      Thread.sleep(SECONDS * 1_000L);
      double seconds = (system.getProcessCpuTime() - cpuBefore) / 1e9;
      Place.Load after = place.load();
      report.value("one idle worker", seconds / SECONDS * 100, "% of a core", "0.5");
      report.value("one idle worker, an hour", seconds * 3_600 / SECONDS, "s of a core", "18");
      if (after.connections() > 0) {
        // Each of its statements is a transaction; to look at the server is one as well.
        double transactions = after.transactions() - before.transactions() - 1;
        report.value("transactions of an idle worker", transactions / SECONDS, "/s", "2");
        report.value("the same, an hour", transactions * 3_600 / SECONDS, "", "7200");
      }
      return true;
    }
  }
}
