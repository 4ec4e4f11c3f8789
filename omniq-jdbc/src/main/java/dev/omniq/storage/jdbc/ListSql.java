package dev.omniq.storage.jdbc;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A {@link TaskQuery} as a SELECT of the ids of its page, in one statement and so of one moment.
 *
 * <p>A walk over all ids from the highest down finds a page soon if every other task is asked for,
 * and very late if few are, or only old ones. So what is asked for by its status, name, queue or
 * series is read where nothing else lies between, each part as far as the page may reach:
 *
 * <ul>
 *   <li>the runs of one series in an index of theirs,
 *   <li>what runs among the claims,
 *   <li>the runs of any series, status by status, in an index of theirs,
 *   <li>all else lane by lane and status by status: a name or a queue has few lanes, and one that
 *       nobody uses has none.
 * </ul>
 *
 * <p>Labels and times are looked at on the way, and shorten none.
 *
 * @param ids the SELECT, with a question mark for each parameter
 * @param parameters texts, longs, integers and ids, in their order
 */
public record ListSql(String ids, List<Object> parameters) {

  /**
   * What a dialect says in its own way. In all texts {@code t} is a task's row and {@code r} the
   * row of its claim, which is null where there is none.
   */
  public interface Dialect {
    /** All tasks as {@code t}, each with its claim as {@code r}, behind {@code FROM}. */
    String tasks();

    /** All claims as {@code r}, each with its task as {@code t}, read in this order. */
    String claims();

    /** The table of lanes. */
    String lanes();

    /** That a task is a run of a series. */
    String recurring();

    /** That a task carries a label: one question mark for its name, then one for its value. */
    String carriesLabel();

    /**
     * A SELECT of all ids that another SELECT, in its order and up to its limit, gives for each row
     * of some tables.
     */
    String idsForEach(String tables, String ids);
  }

  /** The page that a query asks for. */
  public static ListSql of(TaskQuery query, Dialect dialect) {
    return new Page(query, dialect).select();
  }

  private static final class Page {
    private final TaskQuery query;
    private final Dialect dialect;
    private final Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);
    private final List<Object> parameters = new ArrayList<>();

    Page(TaskQuery query, Dialect dialect) {
      this.query = query;
      this.dialect = dialect;
      statuses.addAll(
          query.statuses().isEmpty() ? EnumSet.allOf(TaskStatus.class) : query.statuses());
    }

    ListSql select() {
      List<String> parts =
          query.seriesId().isPresent() ? ofSeries(query.seriesId().get()) : ofStatuses();
      if (parts.size() == 1 && isOfAll()) {
        return new ListSql(parts.get(0), parameters);
      }
      parameters.add(query.limit());
      String all =
          parts.stream()
              .map(part -> "SELECT p.id FROM (" + part + ") AS p")
              .collect(Collectors.joining(" UNION ALL "));
      return new ListSql(
          "SELECT a.id FROM (" + all + ") AS a ORDER BY a.id DESC LIMIT ?", parameters);
    }

    private boolean isOfAll() {
      return query.seriesId().isEmpty()
          && query.queue().isEmpty()
          && query.name().isEmpty()
          && !query.onlyRecurring()
          && statuses.size() == TaskStatus.values().length;
    }

    /** The index of runs says what is in it; a task that does not repeat is a series of its own. */
    private List<String> ofSeries(TaskId series) {
      String isRun = "(" + dialect.recurring() + " OR t.series_id <> t.id)";
      String runs = ids(dialect.tasks(), ofName("t").add("t.series_id = ?", series).add(isRun));
      String itself =
          ids(
              dialect.tasks(),
              ofName("t")
                  .add("t.id = ?", series)
                  .add("t.series_id = t.id")
                  .add("NOT " + dialect.recurring()));
      return List.of(runs, itself);
    }

    private List<String> ofStatuses() {
      if (isOfAll()) {
        return List.of(ids(dialect.tasks(), new Conditions()));
      }
      List<String> parts = new ArrayList<>();
      if (statuses.contains(TaskStatus.RUNNING) && !statuses.contains(TaskStatus.PENDING)) {
        parts.add(ids(dialect.claims(), ofName("t").add("t.status = 'PENDING'")));
        statuses.remove(TaskStatus.RUNNING);
      }
      if (!statuses.isEmpty()) {
        parts.add(byStatus());
      }
      return parts;
    }

    private String byStatus() {
      String stored =
          statuses.stream()
              .filter(status -> status != TaskStatus.RUNNING)
              .map(status -> "SELECT '" + status + "' AS status")
              .collect(Collectors.joining(" UNION ALL ", "(", ") AS s"));
      var conditions = new Conditions().add("t.status = s.status");
      if (!statuses.contains(TaskStatus.RUNNING) && statuses.contains(TaskStatus.PENDING)) {
        conditions.add("r.task IS NULL");
      }
      if (query.onlyRecurring() && query.queue().isEmpty() && query.name().isEmpty()) {
        return dialect.idsForEach(stored, ids(dialect.tasks(), conditions));
      }
      Conditions lanes = ofName("l");
      parameters.addAll(lanes.parameters);
      return dialect.idsForEach(
          "(SELECT l.id FROM %s l%s) AS l CROSS JOIN %s"
              .formatted(dialect.lanes(), lanes.where(), stored),
          ids(dialect.tasks(), conditions.add("t.lane = l.id")));
    }

    private Conditions ofName(String row) {
      var conditions = new Conditions();
      query.queue().ifPresent(queue -> conditions.add(row + ".queue = ?", queue));
      query.name().ifPresent(name -> conditions.add(row + ".name = ?", name));
      return conditions;
    }

    /** The highest ids that meet some conditions and those that every part has. */
    private String ids(String from, Conditions conditions) {
      if (query.seriesId().isPresent() && !query.statuses().isEmpty()) {
        conditions.add(
            statuses.stream().map(Page::hasStatus).collect(Collectors.joining(" OR ", "(", ")")));
      }
      if (query.onlyRecurring()) {
        conditions.add(dialect.recurring());
      }
      query.labels().forEach((name, value) -> conditions.add(dialect.carriesLabel(), name, value));
      query
          .createdFrom()
          .ifPresent(
              start -> conditions.add("t.created_at >= ?", Times.toMicros(Times.roundUp(start))));
      query
          .createdBefore()
          .ifPresent(end -> conditions.add("t.created_at < ?", Times.toMicros(Times.roundUp(end))));
      query.after().ifPresent((TaskId id) -> conditions.add("t.id < ?", id));
      parameters.addAll(conditions.parameters);
      parameters.add(query.limit());
      return "SELECT t.id FROM " + from + conditions.where() + " ORDER BY t.id DESC LIMIT ?";
    }

    /** A task is stored as PENDING while it runs; only the row of its claim tells. */
    private static String hasStatus(TaskStatus status) {
      return switch (status) {
        case PENDING -> "t.status = 'PENDING' AND r.task IS NULL";
        case RUNNING -> "t.status = 'PENDING' AND r.task IS NOT NULL";
        case SUCCESS, FAILED, CANCELLED -> "t.status = '" + status + "'";
      };
    }
  }

  private static final class Conditions {
    private final List<String> all = new ArrayList<>();
    private final List<Object> parameters = new ArrayList<>();

    Conditions add(String condition, Object... values) {
      all.add(condition);
      parameters.addAll(List.of(values));
      return this;
    }

    String where() {
      return all.isEmpty() ? "" : " WHERE " + String.join(" AND ", all);
    }
  }
}
