package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import java.util.ArrayList;
import java.util.List;

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
  interface Limit {
    double measure(Place place) throws Exception;
  }

  /** What is measured of the limit, if it is times. */
  interface Times {
    Sample measure(Place place) throws Exception;
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

  void compare(String workload, Ours<Double> ours, Limit limit) throws Exception {
    List<Double> our = new ArrayList<>();
    List<Double> its = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double one = inFreshStore(ours);
      double other = limit.measure(place);
      if (round > 0) {
        our.add(one);
        its.add(other);
      }
    }
    report.rate(workload, our, its, Bars.of(place, workload));
  }

  /** The same for times: each quantile is the median of those of the rounds. */
  void compareTimes(String workload, Ours<Sample> ours, Times limit) throws Exception {
    List<Sample> our = new ArrayList<>();
    List<Sample> its = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      Sample one = inFreshStore(ours);
      Sample other = limit.measure(place);
      if (round > 0) {
        our.add(one);
        its.add(other);
      }
    }
    report.times(workload, our, its, Bars.of(place, workload));
  }

  <T> T inFreshStore(Ours<T> ours) throws Exception {
    try (Place.Fresh fresh = place.fresh();
        OmniQ omniq = OmniQ.open(fresh.url())) {
      return ours.measure(omniq);
    }
  }
}
