package dev.omniq.dashboard;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks are meant: the same names as parameters of a query and as fields of a body.
 *
 * @param status any of these; null for all
 * @param label labels that a task must all have
 */
record Filter(
    @Nullable Set<TaskStatus> status,
    @Nullable String queue,
    @Nullable String name,
    @Nullable Map<String, String> label,
    @Nullable String series,
    @Nullable Boolean recurring,
    @Nullable Instant createdFrom,
    @Nullable Instant createdBefore) {

  static final Set<String> NAMES =
      Set.of(
          "status",
          "queue",
          "name",
          "label",
          "series",
          "recurring",
          "created_from",
          "created_before");

  static Filter of(Request request) {
    Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);
    request.parameters("status").stream()
        .flatMap(text -> List.of(text.split(",")).stream())
        .forEach(text -> statuses.add(status(text)));
    Map<String, String> labels = new TreeMap<>();
    for (String text : request.parameters("label")) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw Problem.badRequest("label must be NAME=VALUE, but is '" + text + "'.");
      }
      labels.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return new Filter(
        statuses,
        request.parameter("queue").orElse(null),
        request.parameter("name").orElse(null),
        labels,
        request.parameter("series").orElse(null),
        request.parameter("recurring", Filter::flag).orElse(null),
        request.parameter("created_from", Instant::parse).orElse(null),
        request.parameter("created_before", Instant::parse).orElse(null));
  }

  private static TaskStatus status(String text) {
    try {
      return TaskStatus.valueOf(text.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "status must be one of %s, but is '%s'.".formatted(List.of(TaskStatus.values()), text));
    }
  }

  private static boolean flag(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("it must be true or false");
    }
    return text.equals("true");
  }

  boolean isEmpty() {
    return (status == null || status.isEmpty())
        && queue == null
        && name == null
        && (label == null || label.isEmpty())
        && series == null
        && !Boolean.TRUE.equals(recurring)
        && createdFrom == null
        && createdBefore == null;
  }

  TaskQuery query() {
    TaskQuery query = TaskQuery.all();
    query = status == null ? query : query.status(status);
    query = queue == null ? query : query.queue(queue);
    query = name == null ? query : query.name(name);
    query = series == null ? query : query.series(Request.id(series));
    query = Boolean.TRUE.equals(recurring) ? query.recurring() : query;
    if (createdFrom != null || createdBefore != null) {
      query =
          query.created(
              Optional.ofNullable(createdFrom).orElse(Instant.EPOCH),
              Optional.ofNullable(createdBefore).orElse(Times.MAX));
    }
    if (label != null) {
      for (Map.Entry<String, String> each : label.entrySet()) {
        query = query.label(each.getKey(), each.getValue());
      }
    }
    return query;
  }

  /** The same, of those statuses only that something can be done with; empty if none is left. */
  Optional<TaskQuery> among(Set<TaskStatus> changeable) {
    Set<TaskStatus> asked =
        status == null || status.isEmpty()
            ? EnumSet.allOf(TaskStatus.class)
            : EnumSet.copyOf(status);
    asked.retainAll(changeable);
    return asked.isEmpty() ? Optional.empty() : Optional.of(query().status(asked));
  }

  /** The query behind a page's last task. */
  static TaskQuery after(TaskQuery query, Optional<TaskId> last) {
    return last.isEmpty() ? query : query.after(last.get());
  }
}
