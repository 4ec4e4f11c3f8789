package dev.omniq.storage.sqlite;

import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a change has to know of a stored task.
 *
 * @param seq the number of its row, which is the order of insertion
 * @param status as it stands: RUNNING if it is claimed
 * @param revision as it stands
 * @param hold the claim that holds it
 */
record Row(
    long seq,
    TaskId id,
    String queue,
    String name,
    int priority,
    @Nullable String uniqueKey,
    TaskId seriesId,
    boolean recurring,
    TaskStatus status,
    int revision,
    long dueAt,
    int losses,
    boolean detached,
    Optional<Hold> hold)
    implements Stored {

  private static final String SELECT =
      "SELECT t.seq, t.id, t.queue, t.name, t.priority, t.unique_key, t.series_id, t.recurring,"
          + " t.status, t.revision, t.due_at, t.losses, t.detached,"
          + " r.worker, r.sequence, r.extensions"
          + " FROM omniq_task t LEFT JOIN omniq_running r ON r.task = t.seq WHERE ";

  /** A claim and how often it was extended. */
  record Hold(ClaimToken token, long extensions) {}

  static Optional<Row> find(Sql sql, TaskId id) throws SQLException {
    return sql.first(SELECT + "t.id = ?", Row::read, id);
  }

  /** The live task that holds a unique key of a queue. */
  static Optional<Row> keyHolder(Sql sql, String queue, @Nullable String key) throws SQLException {
    return key == null
        ? Optional.empty()
        : sql.first(
            SELECT + "t.queue = ? AND t.unique_key = ? AND t.status = 'PENDING'",
            Row::read,
            queue,
            key);
  }

  /** The live run that carries a series. */
  static Optional<Row> carrier(Sql sql, TaskId seriesId) throws SQLException {
    return sql.first(
        SELECT + "t.series_id = ? AND t.status = 'PENDING' AND t.recurring = 1 AND t.detached = 0",
        Row::read,
        seriesId);
  }

  private static Row read(ResultSet row) throws SQLException {
    TaskStatus stored = TaskStatus.valueOf(row.getString(9));
    String worker = row.getString(14);
    boolean running = worker != null && stored == TaskStatus.PENDING;
    return new Row(
        row.getLong(1),
        Sql.id(row, 2),
        row.getString(3),
        row.getString(4),
        row.getInt(5),
        row.getString(6),
        Sql.id(row, 7),
        row.getBoolean(8),
        running ? TaskStatus.RUNNING : stored,
        row.getInt(10) + (running ? 1 : 0),
        row.getLong(11),
        row.getInt(12),
        row.getBoolean(13),
        running
            ? Optional.of(new Hold(new ClaimToken(worker, row.getLong(15)), row.getLong(16)))
            : Optional.empty());
  }

  boolean isHeldBy(ClaimToken token) {
    return hold.isPresent() && hold.get().token.equals(token);
  }

  /** Whether it is the live run that its series goes on with. */
  boolean carriesSeries() {
    return status.isLive() && recurring && !detached;
  }

  @Override
  public TaskStatus stored() {
    return status == TaskStatus.RUNNING ? TaskStatus.PENDING : status;
  }

  LaneKey lane() {
    return new LaneKey(queue, name, priority, losses > 0);
  }

  long rank() {
    return TaskColumns.rank(Times.ofMicros(dueAt), priority);
  }
}
