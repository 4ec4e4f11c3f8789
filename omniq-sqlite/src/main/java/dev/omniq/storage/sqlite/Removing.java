package dev.omniq.storage.sqlite;

import static dev.omniq.task.TaskStatus.RUNNING;
import static dev.omniq.task.TaskStatus.SUCCESS;

import dev.omniq.storage.Retention;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tasks go, because somebody asks for it or because they are old. For one step. */
final class Removing {
  /** Lane by lane, for no index has all finished tasks in this order: each end would pay for it. */
  private static final String LOWEST =
      """
      SELECT i.id
      FROM omniq_lane l
      CROSS JOIN (SELECT 'SUCCESS' AS status UNION ALL SELECT 'FAILED' UNION ALL SELECT 'CANCELLED') s
      CROSS JOIN omniq_task i ON i.id IN (
        SELECT t.id FROM omniq_task t
        WHERE t.lane = l.id AND t.status = s.status
        ORDER BY t.id LIMIT ?)
      ORDER BY i.id LIMIT ?
      """;

  private final Writing writing;
  private final Sql sql;
  private final Instant now;

  Removing(Writing writing, Sql sql, Instant now) {
    this.writing = writing;
    this.sql = sql;
    this.now = now;
  }

  List<DeleteOutcome> delete(List<TaskId> ids) throws SQLException {
    List<DeleteOutcome> answers = new ArrayList<>(ids.size());
    for (TaskId id : ids) {
      Optional<Row> row = Row.find(sql, id);
      answers.add(row.isPresent() ? delete(row.get()) : DeleteOutcome.NOT_FOUND);
    }
    return answers;
  }

  private DeleteOutcome delete(Row row) throws SQLException {
    if (row.status() == RUNNING) {
      return DeleteOutcome.RUNNING;
    }
    writing.remove(row);
    if (row.carriesSeries()) {
      return DeleteOutcome.SERIES_ENDED;
    }
    boolean seriesLives =
        row.status().isFinished()
            && row.recurring()
            && Row.carrier(sql, row.seriesId()).isPresent();
    return seriesLives ? DeleteOutcome.SERIES_CONTINUES : DeleteOutcome.DELETED;
  }

  /** Goes by age first, and by number among those that are left. */
  int purge(Retention retention, int limit) throws SQLException {
    int purged = 0;
    for (TaskStatus status : TaskStatus.values()) {
      if (status.isFinished()) {
        Duration kept = status == SUCCESS ? retention.success() : retention.failure();
        purged += purgeOlder(status, kept, limit - purged);
      }
    }
    long tooMany = finished() - retention.most();
    int more = (int) Math.max(0, Math.min(limit - purged, tooMany));
    return purged + purgeLowest(more);
  }

  private int purgeOlder(TaskStatus status, Duration kept, int limit) throws SQLException {
    Instant oldest =
        kept.compareTo(Duration.between(Instant.EPOCH, now)) > 0 ? Instant.EPOCH : now.minus(kept);
    return removeAll(
        sql.list(
            "SELECT id FROM omniq_task WHERE status = ? AND status <> 'PENDING'"
                + " AND finished_at <= ? ORDER BY finished_at LIMIT ?",
            row -> Sql.id(row, 1),
            status.name(),
            Times.toMicros(oldest),
            Math.max(0, limit)));
  }

  private int purgeLowest(int limit) throws SQLException {
    return limit == 0 ? 0 : removeAll(sql.list(LOWEST, row -> Sql.id(row, 1), limit, limit));
  }

  private int removeAll(List<TaskId> ids) throws SQLException {
    for (TaskId id : ids) {
      writing.remove(Row.find(sql, id).orElseThrow());
    }
    if (!ids.isEmpty()) {
      writing.flush(); // so that they are counted no more
    }
    return ids.size();
  }

  private long finished() throws SQLException {
    return sql.first(
            "SELECT coalesce(sum(n), 0) FROM omniq_count WHERE status <> 'PENDING'",
            row -> row.getLong(1))
        .orElse(0L);
  }
}
