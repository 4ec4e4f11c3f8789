package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import com.sun.management.OperatingSystemMXBean;
import dev.omniq.OmniQ;
import dev.omniq.worker.Worker;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * Many series that repeat each minute, spread over it. How many is the system property {@code
 * omniq.series}, for how long {@code omniq.series.seconds}.
 */
final class SeriesWorkload {
  private static final int SERIES = Integer.getInteger("omniq.series", 100_000);
  private static final int SECONDS = Integer.getInteger("omniq.series.seconds", 300);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int BATCH = 10_000;
  private static final int CONCURRENCY = 64;

  private SeriesWorkload() {}

  static void run(Rounds rounds) throws Exception {
    try (Place.Fresh fresh = rounds.place().fresh();
        OmniQ omniq = OmniQ.open(fresh.url())) {
      run(omniq, rounds.report());
    }
  }

  private static void run(OmniQ omniq, Report report) throws Exception {
    // Far enough away for all of them to be stored before the first one is due.
    Instant first = Instant.now().plusSeconds(5 + SERIES / 10_000);
    for (int from = 0; from < SERIES; from += BATCH) {
      omniq.enqueueAll(
          IntStream.range(from, Math.min(SERIES, from + BATCH))
              .mapToObj(i -> task(Handlers::repeat, i).eta(planned(first, i)).everyRate(INTERVAL))
              .toList());
    }
    Handlers.expectRepeats(SERIES);
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Instant end = first.plusSeconds(SECONDS);
    try (Worker worker = Handlers.worker(omniq, CONCURRENCY)) {
      sleepUntil(first);
      long before = system.getProcessCpuTime();
      sleepUntil(end);
      double cores = (system.getProcessCpuTime() - before) / (SECONDS * 1e9);
      report.value("cores of this process, %,d series".formatted(SERIES), cores, "", "1");
      sleepUntil(end.plusSeconds(1));
    }
    requireEveryRun(Handlers.repeats(), first, end);
    Sample lateness = Handlers.noted();
    if (lateness.quantile(0) < 0) {
      throw new IllegalStateException("a run was early, by " + -lateness.quantile(0) + " ms");
    }
    report.times(
        String.format(Locale.ROOT, "lateness of %,d series for %d s", SERIES, SECONDS),
        lateness,
        "p99 50 ms, every run");
  }

  private static Instant planned(Instant first, int series) {
    return first.plusNanos(INTERVAL.toNanos() / SERIES * series);
  }

  private static void sleepUntil(Instant time) throws InterruptedException {
    Thread.sleep(Math.max(0, Duration.between(Instant.now(), time).toMillis()));
  }

  /** Each series has run at each of its planned times; one more may have begun behind the end. */
  private static void requireEveryRun(AtomicIntegerArray runs, Instant first, Instant end) {
    for (int series = 0; series < SERIES; series++) {
      Duration time = Duration.between(planned(first, series), end);
      int expected = time.isNegative() ? 0 : (int) (time.toNanos() / INTERVAL.toNanos()) + 1;
      int more = runs.get(series) - expected;
      if (more < 0 || more > 1) {
        throw new IllegalStateException(
            "series %d has run %d times, not %d".formatted(series, runs.get(series), expected));
      }
    }
  }
}
