package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Peer;
import dev.omniq.benchmarks.peers.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Ours beside other queues in the same kind of database, in turns within one run. */
final class PeerWorkload {
  private static final List<String> NAMES =
      List.of("db-scheduler", "JobRunr", "Quartz", "Graphile-Worker");
  private static final int ONE_BY_ONE = 5_000;
  private static final int THREADS = 16;
  private static final int MANY = 20_000;
  private static final int BATCH = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private PeerWorkload() {}

  /** What is measured: ours in an empty store, and theirs in an empty database. */
  private record Measure(String name, Rounds.Ours<Double> ours, Theirs theirs) {}

  private interface Theirs {
    double measure(Peer peer, Flaws flaws) throws Exception;
  }

  private static final List<Measure> MEASURES =
      List.of(
          new Measure(
              "enqueue, 1 thread",
              omniq -> EnqueueWorkload.oneByOne(omniq, 1, ONE_BY_ONE),
              (peer, flaws) -> oneByOne(peer, 1, flaws)),
          new Measure(
              "enqueue, 16 threads",
              omniq -> EnqueueWorkload.oneByOne(omniq, THREADS, 4 * ONE_BY_ONE),
              (peer, flaws) -> oneByOne(peer, THREADS, flaws)),
          new Measure(
              "enqueue, 64 in flight",
              omniq -> EnqueueWorkload.inFlight(omniq, 64, 4 * ONE_BY_ONE),
              (peer, flaws) -> oneByOne(peer, THREADS, flaws)),
          new Measure(
              "enqueueAll of 1,000s",
              omniq -> EnqueueWorkload.all(omniq, BATCH, 5 * MANY),
              PeerWorkload::all),
          new Measure(
              "drain",
              omniq -> {
                EnqueueWorkload.all(omniq, BATCH, 2 * MANY);
                return DrainWorkload.drain(omniq, 2 * MANY, Peer.HANDLERS);
              },
              PeerWorkload::drain));

  static void run(Rounds rounds) throws Exception {
    List<String> asked = asked();
    List<Place.PeerFactory> peers =
        rounds.place().peers(rounds.report()).stream()
            .filter(peer -> asked.contains(peer.name().replace(' ', '-')))
            .toList();
    for (Place.PeerFactory factory : peers) {
      try (Place.PeerHome home = factory.open()) {
        rounds.report().note(home.peer().description());
      }
    }
    for (Measure measure : MEASURES) {
      compare(rounds, peers, measure);
    }
    PeerLatency.run(rounds, peers);
  }

  /** All, unless {@code -Domniq.peers=NAME,NAME} names some, with a hyphen for a space. */
  private static List<String> asked() {
    String asked = System.getProperty("omniq.peers", "");
    List<String> names = asked.isEmpty() ? NAMES : List.of(asked.split(","));
    if (!NAMES.containsAll(names)) {
      throw new IllegalArgumentException(
          "omniq.peers is %s; it may have %s".formatted(asked, String.join(",", NAMES)));
    }
    return names;
  }

  /** The rates of one peer. */
  private record Rates(Place.PeerFactory factory, List<Double> all, Flaws flaws) {
    static Rates of(Place.PeerFactory factory) {
      return new Rates(factory, new ArrayList<>(), new Flaws());
    }

    double measure(Theirs theirs) throws Exception {
      try (Place.PeerHome home = factory.open()) {
        return theirs.measure(home.peer(), flaws);
      }
    }
  }

  private static void compare(Rounds rounds, List<Place.PeerFactory> peers, Measure measure)
      throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Rates> theirs = peers.stream().map(Rates::of).toList();
    Rounds.warmUp(() -> rounds.inFreshStore(measure.ours));
    for (Rates rates : theirs) {
      Rounds.warmUp(() -> rates.measure(measure.theirs));
    }
    for (int round = 0; round < rounds.count(); round++) {
      ours.add(rounds.inFreshStore(measure.ours));
      for (Rates rates : theirs) {
        rates.all.add(rates.measure(measure.theirs));
      }
    }
    for (Rates rates : theirs) {
      String peer = rates.factory.name();
      String bar = Bars.beside(rounds.place(), peer, measure.name);
      rounds.report().beside(measure.name, peer, ours, rates.all, bar, rates.flaws.toString());
    }
  }

  private static double oneByOne(Peer peer, int threads, Flaws flaws) throws Exception {
    int tasks = peer.size() / 4;
    var next = new AtomicInteger();
    List<Thread> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      var thread =
          new Thread(
              () -> {
                for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                  peer.enqueue(i, Instant.now());
                }
              });
      thread.start();
      all.add(thread);
    }
    for (Thread thread : all) {
      thread.join();
    }
    return storedPerSecond(peer, tasks, start, flaws);
  }

  private static double all(Peer peer, Flaws flaws) throws Exception {
    int tasks = peer.size();
    long start = System.nanoTime();
    for (int done = 0; done < tasks; done += BATCH) {
      peer.enqueueAll(done, BATCH);
    }
    return storedPerSecond(peer, tasks, start, flaws);
  }

  private static double storedPerSecond(Peer peer, int tasks, long start, Flaws flaws)
      throws Exception {
    double perSecond = tasks / ((System.nanoTime() - start) / 1e9);
    flaws.stored(tasks, peer.unfinished());
    return perSecond;
  }

  /**
   * From when the first task begins, for some look for work only a second after they are started.
   */
  private static double drain(Peer peer, Flaws flaws) throws Exception {
    all(peer, flaws);
    int tasks = peer.size();
    var runs = new Runs(tasks);
    peer.start(runs);
    if (runs.await(PATIENCE)) {
      flaws.left(unfinishedInTheEnd(peer));
    }
    Duration took = Duration.between(runs.first(), Instant.now());
    flaws.ran(runs);
    return (tasks - runs.lost()) / (took.toNanos() / 1e9);
  }

  private static long unfinishedInTheEnd(Peer peer) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long unfinished = peer.unfinished();
    while (unfinished > 0 && System.nanoTime() < deadline) {
      Thread.sleep(5);
      unfinished = peer.unfinished();
    }
    return unfinished;
  }
}
