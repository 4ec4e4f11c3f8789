package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskRequest;
import dev.omniq.TaskType;
import dev.omniq.storage.Retention;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Whether anything gets slower by what waits or has finished: the same store gets deeper and
 * deeper, by tasks that a worker cannot take now, and after each layer the same things are measured
 * of it and of an empty store, in turns. The depth of a layer is the system property {@code
 * omniq.depth}, a million by default.
 */
final class BacklogWorkload {
  private static final int DEPTH = Integer.getInteger("omniq.depth", 1_000_000);
  private static final int BATCH = 10_000;
  private static final int DRAINED = 10_000;
  private static final int REPEATED = 3;

  /** Otherwise the figures of the first layer are the compiler's. */
  private static final int WARM_UP = 5;

  private static final TaskType<String> UNKNOWN = TaskType.of("nobody-knows-this", String.class);

  private final OmniQ omniq;
  private final Report report;

  private BacklogWorkload(OmniQ omniq, Report report) {
    this.omniq = omniq;
    this.report = report;
  }

  static void run(Rounds rounds) throws Exception {
    try (Place.Fresh fresh = rounds.place().fresh()) {
      measure(fresh.url(), rounds);
      reopen(fresh.url(), rounds.report(), "with all of that", "–", "–");
    }
    try (Place.Fresh fresh = rounds.place().fresh()) {
      fillTwoLayers(fresh.url());
      reopen(
          fresh.url(),
          rounds.report(),
          "with one layer waiting and one finished",
          "3000 file",
          "256 file, 64 SQL");
    }
  }

  /** A method of its own for the same reason as {@link #measure(String, Rounds)}. */
  private static void fillTwoLayers(String url) throws Exception {
    try (OmniQ omniq = open(url)) {
      var backlog = new BacklogWorkload(omniq, Report.silent());
      backlog.fillFinished();
      backlog.fillFarFuture();
    }
  }

  /**
   * A method of its own: the variable of one that goes on would keep the closed store in memory.
   */
  private static void measure(String url, Rounds rounds) throws Exception {
    try (Place.Fresh fresh = rounds.place().fresh();
        OmniQ empty = open(fresh.url());
        OmniQ omniq = open(url)) {
      new BacklogWorkload(omniq, rounds.report()).layers(rounds.place(), empty);
    }
  }

  /** Keeps what has finished: to remove the tasks beyond a million is no part of a drain. */
  private static OmniQ open(String url) {
    var all = new Retention(Duration.ofDays(1), Duration.ofDays(1), Long.MAX_VALUE);
    return OmniQ.open(Settings.ofUrl(url).retention(all).build());
  }

  private void layers(Place place, OmniQ empty) throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      drain(empty);
      drain(omniq);
    }
    fillFinished();
    measure(place, empty, "a layer of finished tasks");
    fillFarFuture();
    measure(place, empty, "and one of the far future");
    fill("another queue", i -> EnqueueWorkload.nothing(i).queue("other"));
    measure(place, empty, "and one of another queue");
    fill("unknown names", i -> UNKNOWN.with("payload " + i));
    measure(place, empty, "and one of unknown names");
    fill(
        "near future, priority 9",
        i -> EnqueueWorkload.nothing(i).priority(9).delay(Duration.ofMinutes(30)));
    measure(place, empty, "and one of the near future, priority 9");
  }

  private void fillFinished() throws Exception {
    fill("finished", EnqueueWorkload::nothing);
    DrainWorkload.drain(omniq, DEPTH);
  }

  private void fillFarFuture() {
    fill("far future", i -> EnqueueWorkload.nothing(i).delay(Duration.ofDays(30)));
  }

  /**
   * In turns with an empty store, for some minutes ago the disk was another one. What a server does
   * soon after many changes is no matter of depth.
   */
  private void measure(Place place, OmniQ empty, String layer) throws Exception {
    place.tidyUp();
    double[] emptyDrains = new double[REPEATED];
    double[] drains = new double[REPEATED];
    double[] emptyWakeUps = new double[REPEATED];
    double[] wakeUps = new double[REPEATED];
    for (int i = 0; i < REPEATED; i++) {
      emptyDrains[i] = drain(empty);
      drains[i] = drain(omniq);
      emptyWakeUps[i] = LatencyWorkload.wakeUps(empty).median();
      wakeUps[i] = LatencyWorkload.wakeUps(omniq).median();
    }
    report.against("drain, " + layer, median(drains), median(emptyDrains), "/s", "≥ 0.80");
    report.against("wake-up p50, " + layer, median(wakeUps), median(emptyWakeUps), "ms", "≤ 1.25");
    long start = System.nanoTime();
    omniq.stats();
    report.value("stats, " + layer, (System.nanoTime() - start) / 1e6, "ms", "–");
  }

  private static double drain(OmniQ omniq) throws Exception {
    EnqueueWorkload.all(omniq, 1_000, DRAINED);
    return DrainWorkload.drain(omniq, DRAINED);
  }

  private static double median(double[] values) {
    return Sample.of(values).median();
  }

  private void fill(String what, IntFunction<TaskRequest> request) {
    long start = System.nanoTime();
    for (int done = 0; done < DEPTH; done += BATCH) {
      omniq.enqueueAll(IntStream.range(done, done + BATCH).mapToObj(request).toList());
    }
    System.err.printf(
        Locale.ROOT,
        "  … %,d tasks more (%s) in %.1f s%n",
        DEPTH,
        what,
        (System.nanoTime() - start) / 1e9);
  }

  private static void reopen(
      String url, Report report, String depth, String millisBar, String heapBar) {
    long before = heapInUse();
    long start = System.nanoTime();
    try (OmniQ omniq = OmniQ.open(url)) {
      report.value("opened " + depth, (System.nanoTime() - start) / 1e6, "ms", millisBar);
      report.value("heap then", (heapInUse() - before) / 1048576.0, "MB", heapBar);
      report.value("waiting then", (double) omniq.stats().count(TaskStatus.PENDING), "tasks", "–");
    }
  }

  private static long heapInUse() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
