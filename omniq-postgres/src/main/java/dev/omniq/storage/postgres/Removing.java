package dev.omniq.storage.postgres;

import dev.omniq.storage.Retention;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tasks go, and so does what nobody needs to know of them any more. */
final class Removing {
  private static final String FOLD = "SELECT {schema}.fold(?, ?, ?, ?)";

  /** How many transitions are kept. */
  private static final int CHANGES_KEPT = 4_096;

  private static final int TRIES = 3;

  /** Removes finished tasks; {old} says which. */
  private static final String PURGE =
      """
      WITH clock AS MATERIALIZED (SELECT {now} AS now),
      old AS MATERIALIZED (
        SELECT id FROM {schema}.task
        WHERE {old}
        LIMIT ?
        FOR UPDATE SKIP LOCKED
      ),
      gone AS (
        DELETE FROM {schema}.task t USING old
        WHERE t.id = old.id
        RETURNING t.id, t.queue, t.name, t.status, t.created_at
      ),
      strays AS (
        DELETE FROM {schema}.stray s USING gone
        WHERE s.created_at = gone.created_at AND s.task = gone.id
      ),
      claims AS (DELETE FROM {schema}.running r USING gone WHERE r.task = gone.id),
      counted AS (
        INSERT INTO {schema}.counter (queue, name, status, n)
        SELECT queue, name, status, -count(*) FROM gone GROUP BY queue, name, status
      )
      SELECT count(*) FROM gone
      """;

  private static final String DELETE =
      """
      WITH gone AS (
        DELETE FROM {schema}.task WHERE id = ANY (?)
        RETURNING id, queue, name, status, created_at
      ),
      strays AS (
        DELETE FROM {schema}.stray s USING gone
        WHERE s.created_at = gone.created_at AND s.task = gone.id
      ),
      claims AS (DELETE FROM {schema}.running r USING gone WHERE r.task = gone.id)
      INSERT INTO {schema}.counter (queue, name, status, n)
      SELECT queue, name, status, -count(*) FROM gone GROUP BY queue, name, status
      """;

  private static final String OLDER =
      "status = ? AND status <> 'PENDING' AND finished_at <= (SELECT now FROM clock) - ?"
          + " ORDER BY finished_at";

  /**
   * Lane by lane, for no index has all finished tasks in this order: each end would pay for it.
   * With ANY for the reason for which lists have it.
   */
  private static final String LOWEST =
      """
      status <> 'PENDING' AND id IN (
        SELECT i.id
        FROM {schema}.lane l
        CROSS JOIN unnest(ARRAY['SUCCESS', 'FAILED', 'CANCELLED']) AS s (status)
        CROSS JOIN LATERAL (
          SELECT t.id FROM {schema}.task t
          WHERE t.lane = ANY (ARRAY[l.id]) AND t.status = s.status
          ORDER BY t.lane, t.id LIMIT ?) AS i
        ORDER BY i.id LIMIT ?)
      ORDER BY id
      """;

  private final Sql sql;
  private final Clock clock;

  Removing(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  List<DeleteOutcome> delete(List<TaskId> ids) throws SQLException {
    sql.first("SELECT {schema}.admit('DELETE')", row -> true);
    return remove(ids);
  }

  /** The same, but no mark of a move is asked. */
  List<DeleteOutcome> remove(List<TaskId> ids) throws SQLException {
    Map<TaskId, DeleteOutcome> together = ids.size() == 1 ? Map.of() : removeTogether(ids);
    Set<TaskId> seen = new HashSet<>();
    List<DeleteOutcome> answers = new ArrayList<>(ids.size());
    for (TaskId id : ids) {
      DeleteOutcome done = seen.add(id) ? together.get(id) : null;
      answers.add(done == null ? remove(id) : done);
    }
    return answers;
  }

  /** Those that nobody runs or has locked; the others are left to be looked at one by one. */
  private Map<TaskId, DeleteOutcome> removeTogether(List<TaskId> ids) throws SQLException {
    Map<TaskId, Row> rows = Together.lock(sql, ids);
    Set<TaskId> left = Together.leave(sql, List.copyOf(rows.values()));
    if (left.isEmpty()) {
      return Map.of();
    }
    sql.update(DELETE, Sql.Column.ids(List.copyOf(left), id -> id));
    return outcomes(ids, rows, left);
  }

  /** In their order, for a run that goes before its series ends leaves the series. */
  private Map<TaskId, DeleteOutcome> outcomes(
      List<TaskId> ids, Map<TaskId, Row> rows, Set<TaskId> left) throws SQLException {
    Set<TaskId> series = liveSeries(rows.values(), left);
    Map<TaskId, DeleteOutcome> outcomes = new HashMap<>();
    for (TaskId id : ids) {
      Row row = rows.get(id);
      if (row != null && left.contains(id) && !outcomes.containsKey(id)) {
        if (row.carriesSeries()) {
          series.remove(row.seriesId());
          outcomes.put(id, DeleteOutcome.SERIES_ENDED);
        } else {
          boolean continues = row.status().isFinished() && series.contains(row.seriesId());
          outcomes.put(id, continues ? DeleteOutcome.SERIES_CONTINUES : DeleteOutcome.DELETED);
        }
      }
    }
    return outcomes;
  }

  /** The series of finished runs that had a live one when the first of them went. */
  private Set<TaskId> liveSeries(Collection<Row> rows, Set<TaskId> left) throws SQLException {
    Set<TaskId> live = new HashSet<>();
    Set<TaskId> ended = new HashSet<>();
    for (Row row : rows) {
      if (row.carriesSeries() && left.contains(row.id())) {
        live.add(row.seriesId());
      } else if (row.recurring() && row.status().isFinished()) {
        ended.add(row.seriesId());
      }
    }
    if (!ended.isEmpty()) {
      live.addAll(
          sql.list(
              "SELECT s.id FROM unnest(?) AS s (id) WHERE {schema}.carrier(s.id) IS NOT NULL",
              row -> Sql.id(row, 1),
              Sql.Column.ids(List.copyOf(ended), id -> id)));
    }
    return live;
  }

  /** A task may be claimed, and given back, while it is looked at. */
  private DeleteOutcome remove(TaskId id) throws SQLException {
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<Row> found = Row.lock(sql, id);
      if (found.isEmpty()) {
        return DeleteOutcome.NOT_FOUND;
      }
      Row row = found.get();
      if (row.status() != TaskStatus.RUNNING && row.leave(sql)) {
        return remove(row);
      }
    }
    return DeleteOutcome.RUNNING;
  }

  private DeleteOutcome remove(Row row) throws SQLException {
    sql.update(DELETE, Sql.Column.ids(List.of(row.id()), id -> id));
    if (row.carriesSeries()) {
      return DeleteOutcome.SERIES_ENDED;
    }
    boolean seriesLives =
        row.status().isFinished() && row.recurring() && row.carrier(sql).isPresent();
    return seriesLives ? DeleteOutcome.SERIES_CONTINUES : DeleteOutcome.DELETED;
  }

  /** Goes by age first, and by number among those that are left. */
  int purge(Retention retention, int limit) throws SQLException {
    sql.first("SELECT {schema}.admit('PURGE')", row -> true);
    int purged = 0;
    for (TaskStatus status : TaskStatus.values()) {
      if (status.isFinished() && purged < limit) {
        Duration kept = status == TaskStatus.SUCCESS ? retention.success() : retention.failure();
        purged += purge(OLDER, status.name(), Times.toMicros(kept), limit - purged);
      }
    }
    long tooMany = finished() - retention.most();
    int more = (int) Math.max(0, Math.min(limit - purged, tooMany));
    return more == 0 ? purged : purged + purge(LOWEST, more, more, more);
  }

  private int purge(String which, Object... parameters) throws SQLException {
    return sql.first(
            PURGE.replace("{old}", which).replace("{now}", clock.now()),
            row -> row.getInt(1),
            parameters)
        .orElse(0);
  }

  private long finished() throws SQLException {
    return sql.first(
            "SELECT coalesce(sum(n), 0) FROM {schema}.counter WHERE status <> 'PENDING'",
            row -> row.getLong(1))
        .orElse(0L);
  }

  /**
   * Folds counters, and forgets old transitions and silent workers. Rows that another process folds
   * at the moment are left to it. In autocommit mode it need not survive a loss of power.
   */
  void fold(Duration silence) throws SQLException {
    sql.first(
        FOLD,
        row -> true,
        clock.givenLeaseNow(),
        (long) CHANGES_KEPT,
        silence.toNanos(),
        sql.isAutoCommit());
  }
}
