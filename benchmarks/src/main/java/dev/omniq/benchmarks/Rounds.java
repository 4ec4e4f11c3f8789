package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    for (int round = 0; round <= rounds; round++) {
      O one = ours.measure(place);
      L other = limit.measure(place);
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
