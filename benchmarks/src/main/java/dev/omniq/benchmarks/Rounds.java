package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/**
 * Runs ours and its limit in turns, each in a store or table of its own, after each has run for
 * some seconds without being counted.
 */
final class Rounds {
  /**
   * A server is warm, and the compiler is not after one drain of half a second: the fifth one on
   * files was five times as fast as the first.
   */
  private static final Duration WARM_UP =
      Duration.ofSeconds(Integer.getInteger("omniq.warm-up", 10));

  private final Place place;
  private final Report report;
  private final int rounds;

  Rounds(Place place, Report report, int rounds) {
    this.place = place;
    this.report = report;
    this.rounds = rounds;
  }

  /** What is measured of ours. */
  interface Ours<T> {
    T measure(OmniQ omniq) throws Exception;
  }

  /** What is measured of the limit, or of a store that is opened for it. */
  interface OnPlace<T> {
    T measure(Place place) throws Exception;
  }

  Place place() {
    return place;
  }

  int count() {
    return rounds;
  }

  Report report() {
    return report;
  }

  void compare(String workload, Ours<Double> ours, OnPlace<Double> limit) throws Exception {
    String bar = Bars.of(place, workload);
    inTurns(place -> inFreshStore(ours), limit, (our, its) -> report.rate(workload, our, its, bar));
  }

  /** The same for times: each quantile is the median of those of the rounds. */
  void compareTimes(String workload, Ours<Sample> ours, OnPlace<Sample> limit) throws Exception {
    String bar = Bars.of(place, workload);
    inTurns(
        place -> inFreshStore(ours), limit, (our, its) -> report.times(workload, our, its, bar));
  }

  /** The same for what has a limit on some places only. */
  void compareTimesIfLimited(String workload, OnPlace<Sample> ours, OnPlace<Optional<Sample>> limit)
      throws Exception {
    String bar = Bars.of(place, workload);
    inTurns(
        ours,
        limit,
        (our, its) ->
            report.times(workload, our, its.stream().flatMap(Optional::stream).toList(), bar));
  }

  private <O, L> void inTurns(
      OnPlace<O> ours, OnPlace<L> limit, BiConsumer<List<O>, List<L>> result) throws Exception {
    List<O> our = new ArrayList<>();
    List<L> its = new ArrayList<>();
    warmUp(() -> ours.measure(place));
    warmUp(() -> limit.measure(place));
    for (int round = 0; round < rounds; round++) {
      our.add(ours.measure(place));
      its.add(limit.measure(place));
    }
    result.accept(our, its);
  }

  /** At least once, and as often as some seconds take. */
  static void warmUp(Callable<?> measure) throws Exception {
    long start = System.nanoTime();
    do {
      var unused = measure.call();
    } while (System.nanoTime() - start < WARM_UP.toNanos());
  }

  <T> T inFreshStore(Ours<T> ours) throws Exception {
    try (Place.Fresh fresh = place.fresh();
        OmniQ omniq = OmniQ.open(fresh.url())) {
      return ours.measure(omniq);
    }
  }
}
