package dev.omniq.storage.jdbc;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
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
 *       nobody uses has none. What carries a label is read in an index of labels that is ordered
 *       so; of several labels, the others are looked at on the way.
 * </ul>
 *
 * <p>What was created at some time has an id that was drawn then, give or take a second: so only
 * such ids are looked at. Tasks of which that is not true are strays, which have an index of
 * theirs.
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

    /** All labels as {@code b}, each with its task as {@code t} and the claim of that. */
    String labels();

    /** All strays, as {@link #tasks}. */
    String strays();

    /** When a stray was stored: the column by which {@link #strays} are read. */
    String strayCreatedAt();

    /** The table of lanes. */
    String lanes();

    /** That a task is a run of a series. */
    String recurring();

    /** That a task carries a label: one question mark for its name, then one for its value. */
    String carriesLabel();

    /**
     * That the first column of an index has a value: said so that no other index is taken for what
     * is ordered by this column and then by id.
     */
    String begins(String column, String value);

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

  /**
   * Whether the id of a task was drawn at another time than that at which the task was stored, by
   * more than a second: then it is a stray.
   */
  public static boolean isStray(TaskId id, Instant createdAt) {
    long drawn = id.value().getMostSignificantBits() >>> ID_BITS_BELOW_MILLIS;
    return Math.abs(drawn - createdAt.toEpochMilli()) > STRAY_MILLIS;
  }

  private static final int ALL_STATUSES = TaskStatus.values().length;
  private static final int ID_BITS_BELOW_MILLIS = 16;
  private static final long LAST_MILLI = (1L << 48) - 1;
  private static final long STRAY_MILLIS = 1_000;

  /** The lowest id that can be drawn in a millisecond. */
  private static TaskId firstId(long millis) {
    return new TaskId(
        new UUID(Math.max(0, Math.min(millis, LAST_MILLI)) << ID_BITS_BELOW_MILLIS, 0));
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
          new ArrayList<>(
              query.seriesId().isPresent() ? ofSeries(query.seriesId().get()) : ofStatuses());
      if (isByTime()) {
        parts.add(ofStrays());
      }
      if (parts.size() == 1 && isOfAll()) {
        return new ListSql(parts.get(0), parameters);
      }
      parameters.add(query.limit());
      String all =
          parts.stream()
              .map(part -> "SELECT p.id FROM (" + part + ") AS p")
              .collect(Collectors.joining(isByTime() ? " UNION " : " UNION ALL "));
      return new ListSql(
          "SELECT a.id FROM (" + all + ") AS a ORDER BY a.id DESC LIMIT ?", parameters);
    }

    /** The runs of a series are few beside all tasks, whenever they were created. */
    private boolean isByTime() {
      return query.seriesId().isEmpty()
          && (query.createdFrom().isPresent() || query.createdBefore().isPresent());
    }

    private boolean isOfAll() {
      return query.seriesId().isEmpty()
          && query.labels().isEmpty()
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
      // With a limit, so that no planner makes a constant of one status and takes a partial index.
      String stored =
          statuses.stream()
              .filter(status -> status != TaskStatus.RUNNING)
              .map(status -> "SELECT '" + status + "' AS status")
              .collect(Collectors.joining(" UNION ALL ", "(", " LIMIT " + ALL_STATUSES + ") AS s"));
      boolean isLabelled = !query.labels().isEmpty();
      var conditions = new Conditions();
      if (!statuses.contains(TaskStatus.RUNNING) && statuses.contains(TaskStatus.PENDING)) {
        conditions.add("(s.status <> 'PENDING' OR r.task IS NULL)");
      }
      if (query.onlyRecurring()
          && !isLabelled
          && query.queue().isEmpty()
          && query.name().isEmpty()) {
        conditions.add(dialect.begins("t.status", "s.status"));
        return dialect.idsForEach(stored, ids("t.status", dialect.tasks(), conditions));
      }
      Conditions lanes = ofName("l");
      parameters.addAll(lanes.parameters);
      return dialect.idsForEach(
          "(SELECT l.id FROM %s l%s) AS l CROSS JOIN %s"
              .formatted(dialect.lanes(), lanes.where(), stored),
          isLabelled
              ? ofLabel(conditions.add("b.lane = l.id").add("b.status = s.status"))
              : ids(
                  "t.lane",
                  dialect.tasks(),
                  conditions.add(dialect.begins("t.lane", "l.id")).add("t.status = s.status")));
    }

    /** Those with the first of the labels. */
    private String ofLabel(Conditions conditions) {
      var labels = new TreeMap<>(query.labels());
      Map.Entry<String, String> first = Objects.requireNonNull(labels.pollFirstEntry());
      conditions.add("b.name = ?", first.getKey()).add("b.value = ?", first.getValue());
      drawnInTime(conditions, "b.task");
      return ids("", "b.task", dialect.labels(), conditions, labels);
    }

    private String ofStrays() {
      Conditions conditions = ofName("t");
      created(conditions, dialect.strayCreatedAt());
      if (!query.statuses().isEmpty()) {
        conditions.add(hasStatus(query.statuses()));
      }
      return ids("", "t.id", dialect.strays(), conditions, query.labels());
    }

    private Conditions ofName(String row) {
      var conditions = new Conditions();
      query.queue().ifPresent(queue -> conditions.add(row + ".queue = ?", queue));
      query.name().ifPresent(name -> conditions.add(row + ".name = ?", name));
      return conditions;
    }

    private String ids(String from, Conditions conditions) {
      return ids("", from, conditions);
    }

    /**
     * The highest ids that meet some conditions and those that every part has.
     *
     * @param first the column with which the index begins that has them in order; empty if with ids
     */
    private String ids(String first, String from, Conditions conditions) {
      if (query.seriesId().isPresent() && !query.statuses().isEmpty()) {
        conditions.add(hasStatus(query.statuses()));
      }
      drawnInTime(conditions, "t.id");
      return ids(first, "t.id", from, conditions, query.labels());
    }

    /**
     * It has two limits, one that a planner knows and one that it does not. With the first alone, a
     * planner that believes that there are fewer tasks sorts them all instead of reading the first
     * in the order of the index, and with the second alone one that believes that there are many.
     */
    private String ids(
        String first, String id, String from, Conditions conditions, Map<String, String> labels) {
      if (query.onlyRecurring()) {
        conditions.add(dialect.recurring());
      }
      new TreeMap<>(labels)
          .forEach((name, value) -> conditions.add(dialect.carriesLabel(), name, value));
      created(conditions, "t.created_at");
      query.after().ifPresent((TaskId last) -> conditions.add(id + " < ?", last));
      parameters.addAll(conditions.parameters);
      parameters.add(query.limit());
      parameters.add(query.limit());
      return """
          SELECT x.id FROM (
            SELECT %1$s AS id FROM %2$s%3$s ORDER BY %4$s%1$s DESC LIMIT (SELECT ?)) AS x
          LIMIT ?"""
          .formatted(id, from, conditions.where(), first.isEmpty() ? "" : first + " DESC, ");
    }

    private void created(Conditions conditions, String at) {
      query
          .createdFrom()
          .ifPresent(start -> conditions.add(at + " >= ?", Times.toMicros(Times.roundUp(start))));
      query
          .createdBefore()
          .ifPresent(end -> conditions.add(at + " < ?", Times.toMicros(Times.roundUp(end))));
    }

    /** Only ids that are drawn when tasks that are no strays are created at the time asked for. */
    private void drawnInTime(Conditions conditions, String id) {
      if (isByTime()) {
        query
            .createdFrom()
            .ifPresent(
                start ->
                    conditions.add(id + " >= ?", firstId(start.toEpochMilli() - STRAY_MILLIS)));
        query
            .createdBefore()
            .ifPresent(
                end -> conditions.add(id + " < ?", firstId(end.toEpochMilli() + STRAY_MILLIS + 1)));
      }
    }

    private static String hasStatus(Set<TaskStatus> statuses) {
      return statuses.stream()
          .sorted()
          .map(Page::hasStatus)
          .collect(Collectors.joining(" OR ", "(", ")"));
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
