package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

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

  /** What is measured of that queue. */
  interface Bare {
    double measure(BareQueue queue) throws Exception;
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
    List<List<Double>> sides = inTurns(List.of(place -> inFreshStore(ours), limit));
    report.rate(workload, sides.get(0), sides.get(1), Bars.of(place, workload));
  }

  /** And beside a queue that does nothing but to make its callers wait. */
  void compareWithBare(String workload, Ours<Double> ours, Bare bare, OnPlace<Double> limit)
      throws Exception {
    List<List<Double>> sides =
        inTurns(
            List.of(
                place -> inFreshStore(ours),
                limit,
                place ->
                    place.storing(
                        rows -> {
                          try (var queue = new BareQueue(rows)) {
                            return bare.measure(queue);
                          }
                        })));
    report.rate(workload, sides.get(0), sides.get(1), Bars.of(place, workload));
    report.beside(workload, "bare queue", sides.get(0), sides.get(2), "–", "");
  }

  /** The same for times: each quantile is the median of those of the rounds. */
  void compareTimes(String workload, Ours<Sample> ours, OnPlace<Sample> limit) throws Exception {
    compareTimesIfLimited(
        workload, place -> inFreshStore(ours), place -> Optional.of(limit.measure(place)));
  }

  /** The same for what has a limit on some places only. */
  void compareTimesIfLimited(String workload, OnPlace<Sample> ours, OnPlace<Optional<Sample>> limit)
      throws Exception {
    List<List<Optional<Sample>>> sides =
        inTurns(List.of(place -> Optional.of(ours.measure(place)), limit));
    report.times(
        workload,
        sides.get(0).stream().flatMap(Optional::stream).toList(),
        sides.get(1).stream().flatMap(Optional::stream).toList(),
        Bars.of(place, workload));
  }

  /** What each side measured, round by round. */
  private <T> List<List<T>> inTurns(List<OnPlace<T>> sides) throws Exception {
    List<List<T>> measured = new ArrayList<>();
    for (OnPlace<T> side : sides) {
      warmUp(() -> side.measure(place));
      measured.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < sides.size(); i++) {
        measured.get(i).add(sides.get(i).measure(place));
      }
    }
    return measured;
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
