package dev.omniq.micrometer;

import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.QueueStats;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What gauges show: the counts of a bounded number of queues, and of workers.
 *
 * @param at when they were counted, by the store's clock
 * @param queues the queues that are told apart, and one for all others
 * @param workers how many workers were seen lately
 * @param leases how many leases they hold
 */
record Snapshot(Instant at, Map<String, QueueStats.Counts> queues, int workers, int leases) {
  private static final QueueStats.Counts NOTHING =
      new QueueStats.Counts(Map.of(), Optional.empty());

  /** Tells only the queues in {@code apart} apart. */
  static Snapshot of(QueueStats stats, List<WorkerInfo> workers, Set<String> apart) {
    Map<String, QueueStats.Counts> queues = new TreeMap<>();
    stats
        .queues()
        .forEach(
            (queue, counts) ->
                queues.merge(
                    apart.contains(queue) ? queue : TaskMetrics.OTHER, counts, Snapshot::sum));
    int leases = workers.stream().mapToInt(WorkerInfo::running).sum();
    return new Snapshot(stats.at(), queues, workers.size(), leases);
  }

  private static QueueStats.Counts sum(QueueStats.Counts a, QueueStats.Counts b) {
    Map<TaskStatus, Long> byStatus = new EnumMap<>(TaskStatus.class);
    byStatus.putAll(a.byStatus());
    b.byStatus().forEach((status, count) -> byStatus.merge(status, count, Long::sum));
    return new QueueStats.Counts(
        byStatus,
        Stream.of(a, b).flatMap(each -> each.oldestDue().stream()).min(Instant::compareTo));
  }

  /** How many tasks of a queue have a status. */
  double depth(String queue, TaskStatus status) {
    return counts(queue).byStatus().getOrDefault(status, 0L);
  }

  /** For how many seconds the oldest due task of a queue has waited; 0 if none is due. */
  double oldestDueAge(String queue) {
    return counts(queue)
        .oldestDue()
        .filter(due -> due.isBefore(at))
        .map(due -> Duration.between(due, at).toNanos() / 1e9)
        .orElse(0.0);
  }

  private QueueStats.Counts counts(String queue) {
    return queues.getOrDefault(queue, NOTHING);
  }
}
