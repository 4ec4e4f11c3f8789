package dev.omniq.dashboard;

import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The queue at one moment, and what has happened since the moment before.
 *
 * @param at by the store's clock
 * @param tasks how many there are, by status
 * @param queues how many wait, by queue; the largest ones only
 * @param workers how many were seen lately
 * @param perSecond transitions, by what became of tasks
 * @param lateness from the due time to the start, in milliseconds, of some of those that ended
 * @param duration from the start to the end, in milliseconds, of the same
 */
record Point(
    Instant at,
    Map<TaskStatus, Long> tasks,
    Map<String, Long> queues,
    int workers,
    Map<TaskStatus, Double> perSecond,
    Optional<Spread> lateness,
    Optional<Spread> duration) {

  /** The middle and the far end of some measurements. */
  record Spread(double p50, double p95) {
    static Optional<Spread> of(List<Double> values) {
      if (values.isEmpty()) {
        return Optional.empty();
      }
      List<Double> sorted = values.stream().sorted().toList();
      return Optional.of(new Spread(at(sorted, 0.5), at(sorted, 0.95)));
    }

    private static double at(List<Double> sorted, double share) {
      return sorted.get(
          (int) Math.min(sorted.size() - 1L, Math.round(share * (sorted.size() - 1))));
    }
  }
}
