package dev.omniq.testkit;

import dev.omniq.storage.StoreStats;
import dev.omniq.task.QueueStats.Counts;
import dev.omniq.task.TaskStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One form for answers that mean the same. */
final class Normal {
  static final Counts NO_TASKS = new Counts(Map.of(), Optional.empty());

  private Normal() {}

  /** Statistics without zeros, which a store may tell or leave out. */
  static StoreStats stats(StoreStats stats) {
    Map<String, Counts> queues = new HashMap<>();
    stats.queues().forEach((queue, counts) -> queues.put(queue, withoutZeros(counts)));
    queues.values().removeIf(NO_TASKS::equals);
    Map<String, Long> names = new HashMap<>(stats.liveByName());
    names.values().removeIf(count -> count == 0);
    return new StoreStats(stats.at(), queues, names);
  }

  private static Counts withoutZeros(Counts counts) {
    Map<TaskStatus, Long> byStatus = new HashMap<>(counts.byStatus());
    byStatus.values().removeIf(count -> count == 0);
    return new Counts(byStatus, counts.oldestDue());
  }
}
