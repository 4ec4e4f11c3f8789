package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Peer;
import dev.omniq.benchmarks.peers.Runs;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How soon tasks of ours and of other queues start, and how late those that are planned. */
final class PeerLatency {
  private static final int WARM_UP = 20;
  private static final int WAKE_UPS = 200;

  /** Long enough for the whole to last for some polls of a queue that polls. */
  private static final long PAUSE_MILLIS = 50;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private PeerLatency() {}

  private interface Theirs {
    Sample measure(Peer peer, Flaws flaws) throws Exception;
  }

  static void run(Rounds rounds, List<Place.PeerFactory> peers) throws Exception {
    compare(
        rounds,
        peers,
        LatencyWorkload.WAKE_UP,
        omniq -> LatencyWorkload.wakeUps(omniq, WARM_UP, WAKE_UPS, PAUSE_MILLIS),
        PeerLatency::wakeUps);
    compare(
        rounds,
        peers,
        LatencyWorkload.LATENESS,
        LatencyWorkload::latenesses,
        PeerLatency::latenesses);
  }

  private static void compare(
      Rounds rounds,
      List<Place.PeerFactory> peers,
      String workload,
      Rounds.Ours<Sample> ours,
      Theirs theirs)
      throws Exception {
    Sample our = rounds.inFreshStore(ours);
    for (Place.PeerFactory factory : peers) {
      var flaws = new Flaws();
      try (Place.PeerHome home = factory.open()) {
        Sample its = theirs.measure(home.peer(), flaws);
        rounds.report().timesBeside(workload, factory.name(), our, its, flaws.toString());
      }
    }
  }

  private static Sample wakeUps(Peer peer, Flaws flaws) throws Exception {
    var runs = new Runs(WARM_UP + WAKE_UPS);
    peer.start(runs);
    List<Instant> enqueued = new ArrayList<>();
    for (int i = 0; i < WARM_UP + WAKE_UPS; i++) {
      Instant now = Instant.now();
      enqueued.add(now);
      peer.enqueue(i, now);
      Thread.sleep(PAUSE_MILLIS);
    }
    return waits(runs, enqueued, flaws, WARM_UP);
  }

  /** The planned times are whole milliseconds, which all of them store as they are. */
  private static Sample latenesses(Peer peer, Flaws flaws) throws Exception {
    int tasks = LatencyWorkload.RUNS;
    var runs = new Runs(tasks);
    peer.start(runs);
    Instant start = Instant.now().plusSeconds(5).truncatedTo(ChronoUnit.MILLIS);
    List<Instant> planned =
        IntStream.range(0, tasks)
            .mapToObj(i -> start.plusMillis(LatencyWorkload.GAP_MILLIS * i))
            .toList();
    for (int i = 0; i < tasks; i++) {
      peer.enqueue(i, planned.get(i));
    }
    if (Instant.now().isAfter(start)) {
      throw new IllegalStateException("planning took too long");
    }
    return waits(runs, planned, flaws, 0);
  }

  private static Sample waits(Runs runs, List<Instant> planned, Flaws flaws, int skipped)
      throws InterruptedException {
    runs.await(PATIENCE);
    double[] waits = runs.after(planned, skipped);
    if (waits.length == 0) {
      throw new IllegalStateException("no task has run");
    }
    flaws.ran(runs);
    flaws.began(waits);
    return Sample.of(waits);
  }
}
