package dev.omniq.task;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How many tasks there are, counted at one moment.
 *
 * @param at that moment, by the store's clock
 * @param queues the counts of each queue that holds a task
 * @param unknown live tasks by names that the asking program has no handler for
 */
public record QueueStats(Instant at, Map<String, Counts> queues, Map<String, Long> unknown) {

  /** Copies the maps. */
  public QueueStats {
    queues = Map.copyOf(queues);
    unknown = Map.copyOf(unknown);
  }

  /** The tasks with this status over all queues. */
  public long count(TaskStatus status) {
    return queues.values().stream()
        .mapToLong(counts -> counts.byStatus().getOrDefault(status, 0L))
        .sum();
  }

  /**
   * The tasks of one queue.
   *
   * @param byStatus how many there are of each status; a status without tasks may be missing
   * @param oldestDue the due time of the pending task that has waited, or will wait, the longest
   */
  public record Counts(Map<TaskStatus, Long> byStatus, Optional<Instant> oldestDue) {
    /** Copies the map. */
    public Counts {
      byStatus = Map.copyOf(byStatus);
    }
  }
}
