package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** How soon a task starts that is due now, and how late one that was planned. */
final class LatencyWorkload {
  private static final int WARM_UP = 100;
  private static final int RUNS = 500;
  private static final long PAUSE_MILLIS = 3;

  private LatencyWorkload() {}

  static void wakeUp(Rounds rounds) throws Exception {
    String workload = "enqueue → start, same process";
    rounds
        .report()
        .times(
            workload,
            rounds.inFreshStore(LatencyWorkload::wakeUps),
            Bars.of(rounds.place(), workload));
  }

  /** Enqueues tasks one after the other, each when the one before has run. */
  static Sample wakeUps(OmniQ omniq) throws Exception {
    try (Worker worker = Handlers.worker(omniq, 4)) {
      for (int part : List.of(WARM_UP, RUNS)) {
        Handlers.expect(part);
        enqueueInTurn(omniq, part);
        Handlers.awaitRuns();
      }
    }
    return Handlers.noted();
  }

  private static void enqueueInTurn(OmniQ omniq, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      omniq.enqueue(task(Handlers::sinceEnqueue, Handlers.micros(Instant.now())));
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  static void otherProcess(Rounds rounds) throws Exception {
    String workload = "enqueue → start, other process";
    try (Place.Fresh fresh = rounds.place().fresh();
        OmniQ omniq = OmniQ.open(fresh.url());
        Worker worker = Handlers.worker(omniq, 4)) {
      Handlers.expect(WARM_UP);
      enqueueElsewhere(fresh.url(), WARM_UP);
      Handlers.awaitRuns();
      Handlers.expect(RUNS);
      enqueueElsewhere(fresh.url(), RUNS);
      Handlers.awaitRuns();
    }
    rounds.report().times(workload, Handlers.noted(), Bars.of(rounds.place(), workload));
  }

  private static void enqueueElsewhere(String url, int count)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                LatencyWorkload.class.getName(),
                url,
                Integer.toString(count))
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the other process ended with " + process.exitValue());
    }
  }

  /** The other process: enqueues so many tasks into the store with this URL. */
  public static void main(String[] args) throws InterruptedException {
    try (OmniQ omniq = OmniQ.open(args[0])) {
      enqueueInTurn(omniq, Integer.parseInt(args[1]));
    }
  }

  static void lateness(Rounds rounds) throws Exception {
    String workload = "lateness of 500 ETAs in 20 s";
    Sample sample =
        rounds.inFreshStore(
            omniq -> {
              try (Worker worker = Handlers.worker(omniq, 4)) {
                Handlers.expect(RUNS);
                Instant start = Instant.now().plusSeconds(1);
                omniq.enqueueAll(
                    IntStream.range(0, RUNS)
                        .mapToObj(i -> task(Handlers::sincePlanned).eta(start.plusMillis(40L * i)))
                        .toList());
                Handlers.awaitRuns();
              }
              return Handlers.noted();
            });
    if (sample.quantile(0) < 0) {
      throw new IllegalStateException("a task was early, by " + -sample.quantile(0) + " ms");
    }
    rounds.report().times(workload, sample, Bars.of(rounds.place(), workload));
  }
}
