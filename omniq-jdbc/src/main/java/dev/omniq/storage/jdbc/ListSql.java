package dev.omniq.storage.jdbc;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A {@link TaskQuery} as the condition of a SELECT from a task's row {@code t} and the row of its
 * claim {@code r}, which is null where there is none.
 *
 * @param where the condition, never empty, with a question mark for each parameter
 * @param parameters texts, longs and ids, in their order
 */
public record ListSql(String where, List<Object> parameters) {

  /** How a dialect says that a task carries a label. */
  @FunctionalInterface
  public interface LabelSql {
    /**
     * A condition on {@code t.labels} with one question mark for the label's name and, behind it,
     * one for its value.
     */
    String carries();
  }

  /** The condition of a query. */
  public static ListSql of(TaskQuery query, LabelSql label) {
    var conditions = new Conditions();
    if (!query.statuses().isEmpty()) {
      conditions.add(
          query.statuses().stream()
              .map(ListSql::hasStatus)
              .collect(Collectors.joining(" OR ", "(", ")")));
    }
    query.queue().ifPresent(queue -> conditions.add("t.queue = ?", queue));
    query.name().ifPresent(name -> conditions.add("t.name = ?", name));
    query.seriesId().ifPresent(series -> conditions.add("t.series_id = ?", series));
    if (query.onlyRecurring()) {
      conditions.add("t.recurring");
    }
    query.labels().forEach((name, value) -> conditions.add(label.carries(), name, value));
    query
        .createdFrom()
        .ifPresent(
            from -> conditions.add("t.created_at >= ?", Times.toMicros(Times.roundUp(from))));
    query
        .createdBefore()
        .ifPresent(end -> conditions.add("t.created_at < ?", Times.toMicros(Times.roundUp(end))));
    query.after().ifPresent((TaskId id) -> conditions.add("t.id < ?", id));
    return conditions.build();
  }

  /** A task is stored as PENDING while it runs; only the row of its claim tells. */
  private static String hasStatus(TaskStatus status) {
    return switch (status) {
      case PENDING -> "t.status = 'PENDING' AND r.task IS NULL";
      case RUNNING -> "t.status = 'PENDING' AND r.task IS NOT NULL";
      case SUCCESS, FAILED, CANCELLED -> "t.status = '" + status + "'";
    };
  }

  private static final class Conditions {
    private final List<String> all = new ArrayList<>();
    private final List<Object> parameters = new ArrayList<>();

    void add(String condition, Object... values) {
      all.add(condition);
      parameters.addAll(List.of(values));
    }

    ListSql build() {
      return new ListSql(all.isEmpty() ? "1 = 1" : String.join(" AND ", all), parameters);
    }
  }
}
