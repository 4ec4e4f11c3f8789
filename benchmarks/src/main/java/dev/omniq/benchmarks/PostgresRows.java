package dev.omniq.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** The limit of PostgreSQL: one prepared statement for a batch, its values sent as arrays. */
final class PostgresRows extends RawRows {
  private final PreparedStatement insert;
  private final PreparedStatement claim;
  private final PreparedStatement settle;

  /** In the schema of a store. */
  PostgresRows(Connection connection, String schema) throws SQLException {
    super(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = " + schema);
    }
    insert =
        prepare(
            """
            WITH i AS MATERIALIZED (
              SELECT * FROM unnest(?::uuid[], ?::bigint[], ?::text[]) AS u (id, seq, arguments)),
            stored AS (
              INSERT INTO task (id, seq, lane, name, queue, priority, arguments, recurring,
                series_id, run, created_at, planned_at, status, revision, due_at, attempt, losses,
                detached)
              SELECT id, seq, 1, 'nothing', 'default', 0, arguments, false, id, 1, seq, seq,
                'PENDING', 1, seq, 0, 0, false FROM i)
            INSERT INTO ready (lane, rank, seq, task) SELECT 1, seq, seq, id FROM i
            """);
    claim =
        prepare(
            """
            WITH first AS MATERIALIZED (
              SELECT ctid AS place, seq, task FROM ready WHERE lane = 1 AND rank <= ?
              ORDER BY rank, seq LIMIT ? FOR UPDATE SKIP LOCKED),
            gone AS (DELETE FROM ready WHERE ctid = ANY (ARRAY(SELECT place FROM first))),
            begun AS (
              INSERT INTO running (
                task, worker, sequence, first, started_at, renewed_at, lease, extensions)
              SELECT task, 'worker', seq, 1, seq, seq, 30000000000, 0 FROM first)
            SELECT seq, set_config('synchronous_commit', 'off', true), t.* FROM task t
            WHERE id = ANY (ARRAY(SELECT task FROM first)) ORDER BY seq
            """);
    settle =
        prepare(
            """
            WITH gone AS (DELETE FROM running WHERE task = ANY (?))
            UPDATE task SET status = 'SUCCESS', revision = 3, attempt = 1, started_at = 1,
              finished_at = 1, worker = 'worker', result = 'null'
            WHERE id = ANY (?)
            """);
  }

  @Override
  void insert(long first, long last) throws SQLException {
    Object[] numbers = LongStream.rangeClosed(first, last).boxed().toArray();
    String[] texts = new String[numbers.length];
    Arrays.fill(texts, ARGUMENTS);
    insert.setArray(1, connection().createArrayOf("uuid", ids(first, last)));
    insert.setArray(2, connection().createArrayOf("bigint", numbers));
    insert.setArray(3, connection().createArrayOf("text", texts));
    insert.executeUpdate();
  }

  private static UUID[] ids(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(RawRows::id).toArray(UUID[]::new);
  }

  @Override
  List<Long> claim(int count) throws SQLException {
    claim.setLong(1, Long.MAX_VALUE);
    claim.setInt(2, count);
    return read(claim);
  }

  @Override
  void commitUnsynced() throws SQLException {
    connection().commit();
  }

  @Override
  void settle(long first, long last) throws SQLException {
    var ids = connection().createArrayOf("uuid", ids(first, last));
    settle.setArray(1, ids);
    settle.setArray(2, ids);
    settle.executeUpdate();
  }
}
