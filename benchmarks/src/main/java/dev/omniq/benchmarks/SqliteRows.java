package dev.omniq.benchmarks;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * The limit of SQLite: batches of the driver, and one statement for many rows where there is one.
 */
final class SqliteRows extends RawRows {
  private final PreparedStatement task;
  private final PreparedStatement ready;
  private final PreparedStatement first;
  private final PreparedStatement taken;
  private final PreparedStatement running;
  private final PreparedStatement tasks;
  private final PreparedStatement ended;
  private final PreparedStatement done;

  SqliteRows(Connection connection) throws SQLException {
    super(connection);
    task =
        prepare(
            """
            INSERT INTO omniq_task (seq, id, name, queue, priority, arguments, recurring, series_id,
              run, created_at, planned_at, status, revision, due_at, attempt, losses, detached)
            VALUES (?, ?, 'nothing', 'default', 0, ?, 0, ?, 1, ?, ?, 'PENDING', 1, ?, 0, 0, 0)
            """);
    ready = prepare("INSERT INTO omniq_ready (lane, rank, seq) VALUES (1, ?, ?)");
    first =
        prepare(
            "SELECT seq, rank FROM omniq_ready WHERE lane = 1 AND rank <= ? ORDER BY rank, seq LIMIT ?");
    taken = prepare("DELETE FROM omniq_ready WHERE lane = 1 AND rank <= ? AND seq <= ?");
    running =
        prepare(
            """
            INSERT INTO omniq_running (task, worker, sequence, first, started_at, lease, extensions)
            VALUES (?, 'worker', ?, 1, ?, 30000000000, 0)
            """);
    tasks = prepare("SELECT seq, * FROM omniq_task WHERE seq BETWEEN ? AND ?");
    ended = prepare("DELETE FROM omniq_running WHERE task BETWEEN ? AND ?");
    done =
        prepare(
            """
            UPDATE omniq_task SET status = 'SUCCESS', revision = 3, attempt = 1, started_at = ?,
              finished_at = ?, worker = 'worker', result = 'null'
            WHERE seq BETWEEN ? AND ?
            """);
  }

  @Override
  void insert(long from, long to) throws SQLException {
    for (long number = from; number <= to; number++) {
      byte[] id = bytes(id(number));
      task.setLong(1, number);
      task.setBytes(2, id);
      task.setString(3, ARGUMENTS);
      task.setBytes(4, id);
      for (int column = 5; column <= 7; column++) {
        task.setLong(column, number);
      }
      task.addBatch();
      ready.setLong(1, number);
      ready.setLong(2, number);
      ready.addBatch();
    }
    task.executeBatch();
    ready.executeBatch();
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  @Override
  List<Long> claim(int count) throws SQLException {
    synchronous("NORMAL");
    first.setLong(1, Long.MAX_VALUE);
    first.setInt(2, count);
    List<Long> numbers = read(first);
    long last = numbers.get(numbers.size() - 1);
    taken.setLong(1, last);
    taken.setLong(2, last);
    taken.executeUpdate();
    for (long number : numbers) {
      running.setLong(1, number);
      running.setLong(2, number);
      running.setLong(3, number);
      running.addBatch();
    }
    running.executeBatch();
    tasks.setLong(1, numbers.get(0));
    tasks.setLong(2, last);
    return read(tasks);
  }

  /** The setting cannot change within a transaction, so it stands outside of it. */
  private void synchronous(String mode) throws SQLException {
    connection().setAutoCommit(true);
    try (Statement statement = connection().createStatement()) {
      statement.execute("PRAGMA synchronous = " + mode);
    }
    connection().setAutoCommit(false);
  }

  @Override
  void commitUnsynced() throws SQLException {
    connection().commit();
    synchronous("FULL");
  }

  @Override
  void settle(long from, long to) throws SQLException {
    ended.setLong(1, from);
    ended.setLong(2, to);
    ended.executeUpdate();
    done.setLong(1, from);
    done.setLong(2, to);
    done.setLong(3, from);
    done.setLong(4, to);
    done.executeUpdate();
  }
}
