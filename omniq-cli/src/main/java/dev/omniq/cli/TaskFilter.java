package dev.omniq.cli;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Conditions on tasks, which add up. */
final class TaskFilter {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec command;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      split = ",",
      description = "Only tasks with one of these: ${COMPLETION-CANDIDATES}.")
  private Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);

  @Option(names = "--queue", paramLabel = "QUEUE", description = "Only tasks of this queue.")
  private @Nullable String queue;

  @Option(names = "--name", paramLabel = "NAME", description = "Only tasks of this full name.")
  private @Nullable String name;

  @Option(
      names = "--label",
      paramLabel = "LABEL=VALUE",
      description = "Only tasks with this label; can be given several times.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--series", paramLabel = "ID", description = "Only runs of this series.")
  private @Nullable TaskId series;

  @Option(names = "--recurring", description = "Only runs of series.")
  private boolean recurring;

  @Option(
      names = "--created-from",
      paramLabel = "TIME",
      description = "Only tasks enqueued at this time or later, such as 2026-11-23T09:30:00Z.")
  private @Nullable Instant createdFrom;

  @Option(
      names = "--created-before",
      paramLabel = "TIME",
      description = "Only tasks enqueued before this time.")
  private @Nullable Instant createdBefore;

  /** Whether there is no condition. */
  boolean isEmpty() {
    return statuses.isEmpty()
        && queue == null
        && name == null
        && labels.isEmpty()
        && series == null
        && !recurring
        && createdFrom == null
        && createdBefore == null;
  }

  /** The statuses that are asked for; all of them if none is named. */
  Set<TaskStatus> statuses() {
    return statuses.isEmpty() ? EnumSet.allOf(TaskStatus.class) : statuses;
  }

  /**
   * The conditions as a query.
   *
   * @throws ParameterException if one of them is refused
   */
  TaskQuery query() {
    try {
      TaskQuery query = TaskQuery.all().status(statuses);
      query = queue == null ? query : query.queue(queue);
      query = name == null ? query : query.name(name);
      query = series == null ? query : query.series(series);
      query = recurring ? query.recurring() : query;
      if (createdFrom != null || createdBefore != null) {
        query =
            query.created(
                createdFrom == null ? Instant.EPOCH : createdFrom,
                createdBefore == null ? Times.MAX : createdBefore);
      }
      for (Map.Entry<String, String> label : labels.entrySet()) {
        query = query.label(label.getKey(), label.getValue());
      }
      return query;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
