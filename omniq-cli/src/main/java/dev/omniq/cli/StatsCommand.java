package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.QueueStats;
import dev.omniq.task.QueueStats.Counts;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code omniq stats}. */
@Command(
    name = "stats",
    header = "Counts the tasks of each queue by status.",
    description = "And tells since when the oldest task is due that nobody has started.",
    footerHeading = "%nExamples:%n",
    footer = {"  omniq stats", "  omniq stats --json | jq 'select(.late_ms > 60000)'"})
final class StatsCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  /**
   * What programs read of a queue.
   *
   * @param lateMs for how long the oldest task that waits has been due; absent if none is
   */
  record View(
      String queue,
      Map<TaskStatus, Long> tasks,
      Optional<Instant> oldestDue,
      Optional<Long> lateMs) {}

  @Override
  public Integer call() {
    QueueStats stats;
    try (OmniQ omniq = store.openExisting()) {
      stats = omniq.stats();
    }
    Map<String, Counts> queues = new TreeMap<>(stats.queues());
    if (output.json()) {
      queues.forEach(
          (queue, counts) ->
              output.jsonLine(
                  new View(
                      queue,
                      new TreeMap<>(counts.byStatus()),
                      counts.oldestDue(),
                      late(stats, counts).map(Duration::toMillis))));
    } else if (queues.isEmpty()) {
      output.line("No tasks.");
    } else {
      output.lines(table(stats, queues));
    }
    return 0;
  }

  private List<String> table(QueueStats stats, Map<String, Counts> queues) {
    var table = new TextTable(1, 2, 3, 4, 5, 6);
    List<String> head = new ArrayList<>(List.of("QUEUE"));
    for (TaskStatus status : TaskStatus.values()) {
      head.add(status.name());
    }
    head.add("LATE");
    table.row(output.style().bold(), head.toArray(String[]::new));
    queues.forEach(
        (queue, counts) -> {
          List<TextTable.Cell> row = new ArrayList<>(List.of(TextTable.Cell.of(queue)));
          for (TaskStatus status : TaskStatus.values()) {
            long count = counts.byStatus().getOrDefault(status, 0L);
            row.add(
                count == 0
                    ? TextTable.Cell.of("-")
                    : new TextTable.Cell(
                        String.format(Locale.ROOT, "%,d", count), output.style().paint(status)));
          }
          row.add(TextTable.Cell.of(late(stats, counts).map(Style::rough).orElse("-")));
          table.row(row);
        });
    return table.lines();
  }

  private static Optional<Duration> late(QueueStats stats, Counts counts) {
    return counts
        .oldestDue()
        .map(due -> Duration.between(due, stats.at()))
        .filter(late -> !late.isNegative());
  }
}
