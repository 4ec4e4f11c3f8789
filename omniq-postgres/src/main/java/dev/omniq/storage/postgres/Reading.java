package dev.omniq.storage.postgres;

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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is asked of a store, each answer by one statement and so of one moment. */
final class Reading {
  private static final String TASKS =
      "{schema}.task t LEFT JOIN {schema}.running r ON r.task = t.id";
  private static final String SELECT = "SELECT " + TaskColumns.select("t", "r") + " FROM " + TASKS;

  /**
   * The task of a claim r. The OFFSET keeps the planner from joining the other way round: the table
   * of claims is small, but often it has no statistics that say so; and those of the tasks may be
   * of a time when none waited.
   */
  private static final String TASK_OF_CLAIM =
      "SELECT c.queue, c.name FROM {schema}.task c"
          + " WHERE c.id = r.task AND c.status = 'PENDING' OFFSET 0";

  private static final String COUNTS =
      """
      SELECT {now}, queue, name, status, sum(n)::bigint, NULL::bigint
      FROM {schema}.counter GROUP BY queue, name, status HAVING sum(n) <> 0
      UNION ALL
      SELECT {now}, t.queue, t.name, 'RUNNING', count(*), NULL
      FROM {schema}.running r, LATERAL ({task_of_claim}) AS t
      GROUP BY t.queue, t.name
      UNION ALL
      SELECT {now}, l.queue, l.name, 'READY', 0, (
        SELECT r.rank FROM {schema}.ready r WHERE r.lane = l.id ORDER BY r.rank LIMIT 1
      ) + l.priority * 60000000
      FROM {schema}.lane l
      UNION ALL
      SELECT {now}, NULL, NULL, NULL, NULL, NULL
      """
          .replace("{task_of_claim}", TASK_OF_CLAIM);

  /** An export gives out no more than this at a time, in characters, but at least one task. */
  private static final long MOST_EXPORTED = 8L << 20;

  private final Sql sql;
  private final Clock clock;

  Reading(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  Optional<Task> find(TaskId id) throws SQLException {
    return sql.first(SELECT + " WHERE t.id = ?", Reading::task, id);
  }

  List<Task> list(TaskQuery query) throws SQLException {
    ListSql page = ListSql.of(query, new Listing());
    // An array, and so by the primary key: a page may seem large beside a table without statistics.
    return sql.list(
        SELECT + " WHERE t.id = ANY (ARRAY(" + page.ids() + ")) ORDER BY t.id DESC",
        Reading::task,
        page.parameters().toArray());
  }

  private static final class Listing implements ListSql.Dialect {
    @Override
    public String tasks() {
      return TASKS;
    }

    /** With an OFFSET for the reason of {@link #TASK_OF_CLAIM}. */
    @Override
    public String claims() {
      return "{schema}.running r,"
          + " LATERAL (SELECT * FROM {schema}.task c WHERE c.id = r.task OFFSET 0) AS t";
    }

    /** With an OFFSET, so that no plan reads tasks to look for their labels. */
    @Override
    public String labels() {
      return "{schema}.label b,"
          + " LATERAL (SELECT * FROM {schema}.task c WHERE c.id = b.task OFFSET 0) AS t"
          + " LEFT JOIN {schema}.running r ON r.task = t.id";
    }

    @Override
    public String strays() {
      return "{schema}.stray o,"
          + " LATERAL (SELECT * FROM {schema}.task c WHERE c.id = o.task OFFSET 0) AS t"
          + " LEFT JOIN {schema}.running r ON r.task = t.id";
    }

    @Override
    public String strayCreatedAt() {
      return "o.created_at";
    }

    @Override
    public String lanes() {
      return "{schema}.lane";
    }

    @Override
    public String recurring() {
      return "t.recurring";
    }

    @Override
    public String carriesLabel() {
      return "t.labels::json ->> ? = ?";
    }

    /**
     * An equality would make the order by this column the same as that by id alone. With statistics
     * of a time when nearly all tasks had this value, the planner would then walk over all ids.
     */
    @Override
    public String begins(String column, String value) {
      return column + " = ANY (ARRAY[" + value + "])";
    }

    @Override
    public String idsForEach(String tables, String ids) {
      return "SELECT i.id FROM " + tables + " CROSS JOIN LATERAL (" + ids + ") AS i";
    }
  }

  Optional<Task> liveRun(TaskId seriesId) throws SQLException {
    return sql.first(
        SELECT + " WHERE t.id = (SELECT {schema}.carrier(?))", Reading::task, seriesId);
  }

  List<Task> export(Optional<TaskId> after, int limit) throws SQLException {
    String where = after.isPresent() ? " WHERE t.id > ?" : "";
    List<Object> parameters = new ArrayList<>(after.stream().toList());
    parameters.add(limit);
    List<Task> all =
        sql.list(SELECT + where + " ORDER BY t.id LIMIT ?", Reading::task, parameters.toArray());
    List<Task> page = new ArrayList<>();
    long size = 0;
    for (Task task : all) {
      if (size > MOST_EXPORTED) {
        break;
      }
      page.add(task);
      size += task.arguments().length() + task.state().result().map(String::length).orElse(0);
    }
    return page;
  }

  private static Task task(ResultSet row) throws SQLException {
    return TaskColumns.read(row, Sql::id);
  }

  // ---- counts ----

  private record Count(
      Instant now, String queue, String name, String status, long n, Optional<Instant> firstDue) {

    static Count read(ResultSet row) throws SQLException {
      long due = row.getLong(6);
      Optional<Instant> firstDue =
          row.wasNull() ? Optional.empty() : Optional.of(Times.ofMicros(due));
      return new Count(
          Times.ofMicros(row.getLong(1)),
          String.valueOf(row.getString(2)),
          String.valueOf(row.getString(3)),
          String.valueOf(row.getString(4)),
          row.getLong(5),
          firstDue);
    }
  }

  /** A task that runs is counted as PENDING in the counters. The last row tells only the time. */
  StoreStats stats() throws SQLException {
    List<Count> counts = sql.list(COUNTS.replace("{now}", clock.now()), Count::read);
    Map<String, Map<TaskStatus, Long>> byQueue = new HashMap<>();
    Map<String, Instant> firstDue = new HashMap<>();
    Map<String, Long> liveByName = new HashMap<>();
    for (Count count : counts.subList(0, counts.size() - 1)) {
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
        (queue, byStatus) -> {
          byStatus.values().removeIf(n -> n == 0);
          queues.put(queue, new Counts(byStatus, Optional.ofNullable(firstDue.get(queue))));
        });
    return new StoreStats(counts.get(counts.size() - 1).now, queues, liveByName);
  }

  List<WorkerInfo> workers(Duration lately) throws SQLException {
    return sql.list(
        """
        SELECT w.worker, w.seen_at, coalesce(h.running, 0)
        FROM {schema}.worker w LEFT JOIN (
          SELECT r.worker, count(*) AS running
          FROM {schema}.running r, LATERAL ({task_of_claim}) AS t
          GROUP BY r.worker) AS h ON h.worker = w.worker
        WHERE {lease_now} - w.seen_clock <= ? OR h.running > 0
        ORDER BY w.worker
        """
            .replace("{task_of_claim}", TASK_OF_CLAIM)
            .replace("{lease_now}", clock.leaseNow()),
        row -> new WorkerInfo(row.getString(1), Times.ofMicros(row.getLong(2)), row.getInt(3)),
        lately.toNanos());
  }

  Changes changes(long after, int limit) throws SQLException {
    long[] ends =
        sql.first(
                "SELECT coalesce(max(last), 0), (SELECT position FROM {schema}.pruned)"
                    + " FROM {schema}.change",
                row -> new long[] {row.getLong(1), row.getLong(2)})
            .orElseThrow();
    // A position that was never reached comes from another store.
    boolean strange = after > Math.max(ends[0], ends[1]);
    long asked = strange ? 0 : Math.max(after, 0);
    List<Change> found =
        sql.list(
            """
            SELECT n.position, c.at, e.task, coalesce(e.name, c.names[1]),
              coalesce(e.status, c.statuses[1])
            FROM {schema}.change c,
              unnest(c.tasks, c.names, c.statuses, c.positions) WITH ORDINALITY
                AS e (task, name, status, position, nth),
              LATERAL (SELECT coalesce(e.position, c.last - cardinality(c.tasks) + e.nth))
                AS n (position)
            WHERE c.last > ? AND n.position > ?
            ORDER BY n.position
            LIMIT ?
            """,
            row ->
                new Change(
                    row.getLong(1),
                    Times.ofMicros(row.getLong(2)),
                    Sql.id(row, 3),
                    row.getString(4),
                    TaskStatus.valueOf(row.getString(5))),
            asked,
            asked,
            limit);
    long last = found.isEmpty() ? asked : found.get(found.size() - 1).position();
    return new Changes(found, last, strange || asked < ends[1]);
  }
}
