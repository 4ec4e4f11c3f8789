package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Runs ours and its limit in turns, each in a store or table of its own; the first round warms up.
 */
final class Rounds {
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

  /** What is measured of the limit. */
  interface Limit<T> {
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

  void compare(String workload, Ours<Double> ours, Limit<Double> limit) throws Exception {
    String bar = Bars.of(place, workload);
    inTurns(ours, limit, (our, its) -> report.rate(workload, our, its, bar));
  }

  /** The same for times: each quantile is the median of those of the rounds. */
  void compareTimes(String workload, Ours<Sample> ours, Limit<Sample> limit) throws Exception {
    String bar = Bars.of(place, workload);
    inTurns(ours, limit, (our, its) -> report.times(workload, our, its, bar));
  }

  private <T> void inTurns(Ours<T> ours, Limit<T> limit, BiConsumer<List<T>, List<T>> result)
      throws Exception {
    List<T> our = new ArrayList<>();
    List<T> its = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      T one = inFreshStore(ours);
      T other = limit.measure(place);
      if (round > 0) {
        our.add(one);
        its.add(other);
      }
    }
    result.accept(our, its);
  }

  <T> T inFreshStore(Ours<T> ours) throws Exception {
    try (Place.Fresh fresh = place.fresh();
        OmniQ omniq = OmniQ.open(fresh.url())) {
      return ours.measure(omniq);
    }
  }
}
