package dev.omniq.storage.sqlite;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.storage.jdbc.ListSql;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.task.QueueStats.Counts;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is asked of a store, each answer by one statement and so of one moment. */
final class Reading {
  private static final String TASKS = "omniq_task t LEFT JOIN omniq_running r ON r.task = t.seq";
  private static final String SELECT = "SELECT " + TaskColumns.select("t", "r") + " FROM " + TASKS;

  private static final String COUNTS =
      """
      SELECT queue, name, status, n, NULL FROM omniq_count WHERE n <> 0
      UNION ALL
      SELECT t.queue, t.name, 'RUNNING', count(*), NULL
      FROM omniq_running r CROSS JOIN omniq_task t ON t.seq = r.task
      WHERE t.status = 'PENDING'
      GROUP BY t.queue, t.name
      UNION ALL
      SELECT queue, name, 'READY', 0,
        (SELECT rank FROM omniq_ready WHERE lane = l.id ORDER BY rank LIMIT 1) + priority * 60000000
      FROM omniq_lane l
      """;

  /** An export gives out no more than this at a time, in characters, but at least one task. */
  private static final long MOST_EXPORTED = 8L << 20;

  private final Sql sql;

  Reading(Sql sql) {
    this.sql = sql;
  }

  Optional<Task> find(TaskId id) throws SQLException {
    return sql.first(SELECT + " WHERE t.id = ?", Reading::task, id);
  }

  List<Task> list(TaskQuery query) throws SQLException {
    ListSql page = ListSql.of(query, new Listing());
    return sql.list(
        SELECT + " WHERE t.id IN (" + page.ids() + ") ORDER BY t.id DESC",
        Reading::task,
        page.parameters().toArray());
  }

  private static final class Listing implements ListSql.Dialect {
    @Override
    public String tasks() {
      return TASKS;
    }

    @Override
    public String claims() {
      return "omniq_running r CROSS JOIN omniq_task t ON t.seq = r.task";
    }

    @Override
    public String labels() {
      return "omniq_label b CROSS JOIN omniq_task t ON t.id = b.task"
          + " LEFT JOIN omniq_running r ON r.task = t.seq";
    }

    @Override
    public String strays() {
      return "(SELECT * FROM omniq_task INDEXED BY omniq_task_stray WHERE stray = 1) AS t"
          + " LEFT JOIN omniq_running r ON r.task = t.seq";
    }

    @Override
    public String strayCreatedAt() {
      return "t.created_at";
    }

    @Override
    public String lanes() {
      return "omniq_lane";
    }

    @Override
    public String recurring() {
      return "t.recurring = 1";
    }

    @Override
    public String carriesLabel() {
      return "EXISTS (SELECT 1 FROM json_each(t.labels) AS label"
          + " WHERE label.key = ? AND label.value = ?)";
    }

    /** There is no LATERAL; a task whose id is in such a list is the same. */
    @Override
    public String idsForEach(String tables, String ids) {
      return "SELECT i.id FROM " + tables + " CROSS JOIN omniq_task i ON i.id IN (" + ids + ")";
    }

    @Override
    public String begins(String column, String value) {
      return column + " = " + value;
    }
  }

  Optional<Task> liveRun(TaskId seriesId) throws SQLException {
    return sql.first(
        SELECT
            + " WHERE t.series_id = ? AND t.status = 'PENDING' AND t.recurring = 1"
            + " AND t.detached = 0",
        Reading::task,
        seriesId);
  }

  List<Task> export(Optional<TaskId> after, int limit) throws SQLException {
    List<Task> page = new ArrayList<>();
    long size = 0;
    String where = after.isPresent() ? " WHERE t.id > ?" : "";
    Object[] parameters = after.isPresent() ? new Object[] {after.get()} : new Object[0];
    try (ResultSet rows = sql.open(0, SELECT + where + " ORDER BY t.id", parameters)) {
      while (page.size() < limit && size < MOST_EXPORTED && rows.next()) {
        Task task = task(rows);
        page.add(task);
        size += task.arguments().length() + task.state().result().map(String::length).orElse(0);
      }
    }
    return page;
  }

  private static Task task(ResultSet row) throws SQLException {
    return TaskColumns.read(row, Sql::id);
  }

  // ---- counts ----

  private record Count(
      String queue, String name, String status, long n, Optional<Instant> firstDue) {

    static Count read(ResultSet row) throws SQLException {
      long due = row.getLong(5);
      Optional<Instant> firstDue =
          row.wasNull() ? Optional.empty() : Optional.of(Times.ofMicros(due));
      return new Count(
          row.getString(1), row.getString(2), row.getString(3), row.getLong(4), firstDue);
    }
  }

  /** A task that runs is counted as PENDING in the counters. */
  StoreStats stats(Instant now) throws SQLException {
    Map<String, Map<TaskStatus, Long>> byQueue = new HashMap<>();
    Map<String, Instant> firstDue = new HashMap<>();
    Map<String, Long> liveByName = new HashMap<>();
    for (Count count : sql.list(COUNTS, Count::read)) {
      if (count.status.equals("READY")) {
        count.firstDue.ifPresent(
            due ->
                firstDue.merge(
                    count.queue, due, (one, other) -> one.isBefore(other) ? one : other));
        continue;
      }
      TaskStatus status = TaskStatus.valueOf(count.status);
      Map<TaskStatus, Long> queue =
          byQueue.computeIfAbsent(count.queue, name -> new EnumMap<>(TaskStatus.class));
      queue.merge(status, count.n, Long::sum);
      if (status == TaskStatus.RUNNING) {
        queue.merge(TaskStatus.PENDING, -count.n, Long::sum);
      } else if (status == TaskStatus.PENDING) {
        liveByName.merge(count.name, count.n, Long::sum);
      }
    }
    Map<String, Counts> queues = new HashMap<>();
    byQueue.forEach(
        (queue, counts) -> {
          counts.values().removeIf(n -> n == 0);
          queues.put(queue, new Counts(counts, Optional.ofNullable(firstDue.get(queue))));
        });
    return new StoreStats(now, queues, liveByName);
  }

  List<WorkerInfo> workers(Sightings sightings) throws SQLException {
    return sql
        .list(
            "SELECT w.worker, w.seen_at, (SELECT count(*) FROM omniq_running r"
                + " CROSS JOIN omniq_task t ON t.seq = r.task"
                + " WHERE r.worker = w.worker AND t.status = 'PENDING')"
                + " FROM omniq_worker w ORDER BY w.worker",
            row -> new WorkerInfo(row.getString(1), Times.ofMicros(row.getLong(2)), row.getInt(3)))
        .stream()
        .filter(
            info ->
                sightings.isRecent(info.worker(), Times.toMicros(info.lastSeen()))
                    || info.running() > 0)
        .toList();
  }

  Changes changes(long after, int limit) throws SQLException {
    long end = sql.first("SELECT max(last) FROM omniq_change", row -> row.getLong(1)).orElse(0L);
    // A position that was never reached comes from another store.
    long asked = after > end ? 0 : Math.max(after, 0);
    List<Change> found =
        sql
            .list(
                "SELECT last, at, transitions FROM omniq_change WHERE last > ?"
                    + " ORDER BY last LIMIT ?",
                row ->
                    Journal.read(row.getLong(1), Times.ofMicros(row.getLong(2)), row.getString(3)),
                asked,
                limit)
            .stream()
            .flatMap(List::stream)
            .filter(change -> change.position() > asked)
            .limit(limit)
            .toList();
    boolean gap = !found.isEmpty() && found.get(0).position() > asked + 1;
    long last = found.isEmpty() ? asked : found.get(found.size() - 1).position();
    return new Changes(found, last, after > end || gap);
  }
}
