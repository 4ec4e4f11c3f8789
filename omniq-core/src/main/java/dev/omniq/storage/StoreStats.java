package dev.omniq.storage;

import dev.omniq.task.QueueStats;
import java.time.Instant;
import java.util.Map;

/**
 * What a store counts.
 *
 * @param at the store's clock
 * @param queues the counts of each queue that holds a task
 * @param liveByName how many live tasks there are of each name
 */
public record StoreStats(
    Instant at, Map<String, QueueStats.Counts> queues, Map<String, Long> liveByName) {
  /** Copies the maps. */
  public StoreStats {
    queues = Map.copyOf(queues);
    liveByName = Map.copyOf(liveByName);
  }
}
