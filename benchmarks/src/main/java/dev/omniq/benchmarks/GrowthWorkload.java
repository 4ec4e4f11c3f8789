package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What one operation costs while more and more tasks wait: a figure for each depth, and a chart of
 * all. The deepest is the system property {@code omniq.depth}, a million by default; the chart is
 * written beside the data.
 */
final class GrowthWorkload {
  private static final int DEEPEST = Integer.getInteger("omniq.depth", 1_000_000);
  private static final int FIRST = 10_000;
  private static final int BATCH = 10_000;
  private static final int REPEATED = 300;
  private static final int DRAINED = 5_000;

  private final OmniQ omniq;
  private final Report report;
  private final List<Integer> depths = new ArrayList<>();
  private final Map<String, List<Double>> costs = new LinkedHashMap<>();

  private GrowthWorkload(OmniQ omniq, Report report) {
    this.omniq = omniq;
    this.report = report;
  }

  static void run(Rounds rounds) throws Exception {
    try (Place.Fresh fresh = rounds.place().fresh();
        OmniQ omniq = OmniQ.open(fresh.url())) {
      var growth = new GrowthWorkload(omniq, rounds.report());
      new GrowthWorkload(omniq, Report.silent()).measure(0); // warms up
      growth.measure(0);
      int waiting = 0;
      for (int depth = FIRST; depth <= DEEPEST; depth *= 10) {
        growth.fill(depth - waiting);
        waiting = depth;
        growth.measure(depth);
      }
      growth.draw(rounds.place());
    }
  }

  private void fill(int count) {
    for (int done = 0; done < count; done += BATCH) {
      omniq.enqueueAll(
          IntStream.range(done, done + BATCH)
              .mapToObj(i -> EnqueueWorkload.nothing(i).delay(Duration.ofDays(30)))
              .toList());
    }
  }

  private void measure(int depth) throws Exception {
    depths.add(depth);
    note("enqueue", median(() -> omniq.enqueue(EnqueueWorkload.nothing(0))));
    DrainWorkload.drain(omniq, REPEATED);
    EnqueueWorkload.all(omniq, 1_000, DRAINED);
    note("claim, run and settle", 1_000 / DrainWorkload.drain(omniq, DRAINED));
    note("wake-up", LatencyWorkload.wakeUps(omniq).median());
    note("list of 100", median(() -> omniq.tasks(TaskQuery.all().limit(100))));
    note("stats", median(omniq::stats));
  }

  private static double median(Runnable operation) {
    double[] millis = new double[REPEATED];
    for (int i = 0; i < REPEATED; i++) {
      long start = System.nanoTime();
      operation.run();
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    return Sample.of(millis).median();
  }

  private void note(String operation, double millis) {
    costs.computeIfAbsent(operation, name -> new ArrayList<>()).add(millis);
    int depth = depths.get(depths.size() - 1);
    report.value("%s, %,d waiting".formatted(operation, depth), millis, "ms", "level");
  }

  private void draw(Place place) throws IOException {
    Path file = place.directory().resolve("growth-" + place.name() + ".svg");
    Files.writeString(file, new Chart("tasks that wait", "ms", depths, costs).svg());
    report.note("The chart is in " + file);
  }
}
