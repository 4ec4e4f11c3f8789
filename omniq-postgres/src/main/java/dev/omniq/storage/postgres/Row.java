package dev.omniq.storage.postgres;

import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has to be known of a stored task to change it by itself.
 *
 * @param lane the lane in which it waits, or waited last
 * @param status as it stands: RUNNING if it is claimed
 * @param storedRevision the revision in its row, which a claim does not change
 * @param hold the claim that holds it
 */
record Row(
    TaskId id,
    long seq,
    int lane,
    String queue,
    String name,
    int priority,
    @Nullable String uniqueKey,
    TaskId seriesId,
    boolean recurring,
    TaskStatus status,
    int storedRevision,
    long dueAt,
    boolean detached,
    Optional<Hold> hold) {

  private static final String SELECT =
      """
      SELECT t.id, t.seq, t.lane, t.queue, t.name, t.priority, t.unique_key, t.series_id,
        t.recurring, t.status, t.revision, t.due_at, t.detached, r.worker, r.sequence, r.extensions
      FROM {schema}.task t LEFT JOIN {schema}.running r ON r.task = t.id
      """;

  /** A claim and how often it was extended. */
  record Hold(ClaimToken token, long extensions) {}

  static Optional<Row> read(Sql sql, TaskId id) throws SQLException {
    return sql.first(SELECT + "WHERE t.id = ?", Row::of, id);
  }

  static List<Row> read(Sql sql, List<TaskId> ids) throws SQLException {
    return ids.isEmpty()
        ? List.of()
        : sql.list(SELECT + "WHERE t.id = ANY (?)", Row::of, Sql.Column.ids(ids, id -> id));
  }

  /** Locks the row of the task first, so that what is read is what will be changed. */
  static Optional<Row> lock(Sql sql, TaskId id) throws SQLException {
    sql.first(
        """
        SELECT 1 FROM {schema}.task t,
          set_config('lock_timeout', '{patience}', true) AS patience
        WHERE t.id = ? AND patience IS NOT NULL
        FOR NO KEY UPDATE OF t
        """
            .replace("{patience}", PostgresStatements.LOCK_PATIENCE),
        row -> true,
        id);
    return read(sql, id);
  }

  private static Row of(ResultSet row) throws SQLException {
    TaskStatus stored = TaskStatus.valueOf(row.getString(10));
    String worker = row.getString(14);
    boolean running = worker != null && stored == TaskStatus.PENDING;
    return new Row(
        Sql.id(row, 1),
        row.getLong(2),
        row.getInt(3),
        row.getString(4),
        row.getString(5),
        row.getInt(6),
        row.getString(7),
        Sql.id(row, 8),
        row.getBoolean(9),
        running ? TaskStatus.RUNNING : stored,
        row.getInt(11),
        row.getLong(12),
        row.getBoolean(13),
        running
            ? Optional.of(new Hold(new ClaimToken(worker, row.getLong(15)), row.getLong(16)))
            : Optional.empty());
  }

  /** Where it waits in its lane. */
  long rank() {
    return TaskColumns.rank(Times.ofMicros(dueAt), priority);
  }

  /** As it stands: a claim counts. */
  int revision() {
    return storedRevision + (hold.isPresent() ? 1 : 0);
  }

  boolean isHeldBy(ClaimToken token) {
    return hold.isPresent() && hold.get().token.equals(token);
  }

  /** Whether it is the live run that its series goes on with. */
  boolean carriesSeries() {
    return status.isLive() && recurring && !detached;
  }

  /** The live task that holds its unique key. */
  Optional<TaskId> keyHolder(Sql sql) throws SQLException {
    return uniqueKey == null ? Optional.empty() : holder(sql, queue, uniqueKey);
  }

  /** The live task of a queue that holds a key. */
  static Optional<TaskId> holder(Sql sql, String queue, String key) throws SQLException {
    return sql.id("SELECT {schema}.holder(?, ?)", queue, key);
  }

  /** The live run that carries its series. */
  Optional<TaskId> carrier(Sql sql) throws SQLException {
    return carrier(sql, seriesId);
  }

  /** The live run that carries a series. */
  static Optional<TaskId> carrier(Sql sql, TaskId seriesId) throws SQLException {
    return sql.id("SELECT {schema}.carrier(?)", seriesId);
  }

  /** Takes it out of where its state had it; false if somebody else has done so meanwhile. */
  boolean leave(Sql sql) throws SQLException {
    return switch (status) {
      case PENDING ->
          sql.update(
                  "DELETE FROM {schema}.ready WHERE lane = ? AND rank = ? AND seq = ?",
                  lane,
                  rank(),
                  seq)
              == 1;
      case RUNNING ->
          sql.update(
                  "DELETE FROM {schema}.running"
                      + " WHERE task = ? AND worker = ? AND sequence = ? AND extensions = ?",
                  id,
                  hold.orElseThrow().token.worker(),
                  hold.orElseThrow().token.sequence(),
                  hold.orElseThrow().extensions)
              == 1;
      case SUCCESS, FAILED, CANCELLED -> {
        putAwayClaim(sql);
        yield true;
      }
    };
  }

  /** A claim that a user's transaction has settled, and its worker has not put away yet. */
  private void putAwayClaim(Sql sql) throws SQLException {
    sql.update("DELETE FROM {schema}.running WHERE task = ?", id);
  }
}
