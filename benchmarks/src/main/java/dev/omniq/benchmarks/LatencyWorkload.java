package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.time.Instant;
import java.util.stream.IntStream;

/** How soon a task starts that is due now, and how late one that was planned. */
final class LatencyWorkload {
  /** Without pauses, so that what is hot is compiled when the others come. */
  static final int WARM_UP = 5_000;

  static final String WAKE_UP = "enqueue → start, same process";
  static final String OTHER_PROCESS = "enqueue → start, other process";
  static final String LATENESS = "lateness of 500 ETAs in 20 s";

  /** How many tasks are planned, and how far apart. */
  static final int RUNS = 500;

  static final long GAP_MILLIS = 40;
  private static final long PAUSE_MILLIS = 3;

  private LatencyWorkload() {}

  static void wakeUp(Rounds rounds) throws Exception {
    rounds.compareTimes(
        WAKE_UP, LatencyWorkload::wakeUps, place -> place.starts(RUNS, PAUSE_MILLIS));
  }

  /** Enqueues tasks one after the other, with a pause after each. */
  static Sample wakeUps(OmniQ omniq) throws Exception {
    return wakeUps(omniq, WARM_UP, RUNS, PAUSE_MILLIS);
  }

  static Sample wakeUps(OmniQ omniq, int warmUp, int runs, long pauseMillis) throws Exception {
    try (Worker worker = Handlers.worker(omniq, 4)) {
      Handlers.expect(warmUp);
      warmUp(omniq, warmUp);
      Handlers.awaitRuns();
      Handlers.expect(runs);
      enqueueInTurn(omniq, runs, pauseMillis);
      Handlers.awaitRuns();
    }
    return Handlers.noted();
  }

  private static void warmUp(OmniQ omniq, int count) {
    for (int i = 0; i < count; i++) {
      omniq.enqueue(EnqueueWorkload.nothing(i));
    }
  }

  private static void enqueueInTurn(OmniQ omniq, int count, long pauseMillis)
      throws InterruptedException {
    for (int i = 0; i < count; i++) {
      omniq.enqueue(task(Handlers::sinceEnqueue, Handlers.micros(Instant.now())));
      Thread.sleep(pauseMillis);
    }
  }

  static void otherProcess(Rounds rounds) throws Exception {
    rounds.compareTimesIfLimited(
        OTHER_PROCESS,
        LatencyWorkload::startsFromElsewhere,
        place -> place.startsFromElsewhere(RUNS, PAUSE_MILLIS));
  }

  private static Sample startsFromElsewhere(Place place) throws Exception {
    try (Place.Fresh fresh = place.fresh();
        OmniQ omniq = OmniQ.open(fresh.url());
        Worker worker = Handlers.worker(omniq, 4)) {
      Handlers.expect(WARM_UP + RUNS);
      enqueueElsewhere(fresh.url());
      Handlers.awaitRuns();
    }
    return Handlers.noted();
  }

  private static void enqueueElsewhere(String url) throws IOException, InterruptedException {
    Process process = JavaProcess.start(LatencyWorkload.class, url);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the other process ended with " + process.exitValue());
    }
  }

  /** The other process: enqueues into the store with this URL. */
  public static void main(String[] args) throws InterruptedException {
    try (OmniQ omniq = OmniQ.open(args[0])) {
      warmUp(omniq, WARM_UP);
      while (omniq.stats().count(TaskStatus.SUCCESS) < WARM_UP) {
        Thread.sleep(PAUSE_MILLIS);
      }
      enqueueInTurn(omniq, RUNS, PAUSE_MILLIS);
    }
  }

  static void lateness(Rounds rounds) throws Exception {
    Sample sample = rounds.inFreshStore(LatencyWorkload::latenesses);
    rounds.report().times(LATENESS, sample, Bars.of(rounds.place(), LATENESS));
  }

  /** Plans tasks all over some seconds; no figure for a store that runs one early. */
  static Sample latenesses(OmniQ omniq) throws InterruptedException {
    try (Worker worker = Handlers.worker(omniq, 4)) {
      Handlers.expect(RUNS);
      Instant start = Instant.now().plusSeconds(1);
      omniq.enqueueAll(
          IntStream.range(0, RUNS)
              .mapToObj(i -> task(Handlers::sincePlanned).eta(start.plusMillis(GAP_MILLIS * i)))
              .toList());
      Handlers.awaitRuns();
    }
    Sample sample = Handlers.noted();
    if (sample.quantile(0) < 0) {
      throw new IllegalStateException("a task was early, by " + -sample.quantile(0) + " ms");
    }
    return sample;
  }
}
