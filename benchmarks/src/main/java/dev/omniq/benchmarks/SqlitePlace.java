package dev.omniq.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The SQLite store; its limit is a table on the same settings. */
final class SqlitePlace implements Place {
  private static final RawTable RAW =
      new RawTable(
          """
          DROP TABLE IF EXISTS raw;
          CREATE TABLE raw (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, payload TEXT NOT NULL);
          CREATE INDEX raw_waiting ON raw (id) WHERE state = 0
          """,
          """
          WITH RECURSIVE n (id) AS (SELECT ?1 UNION ALL SELECT id + 1 FROM n WHERE id < ?2)
          INSERT INTO raw (id, state, payload) SELECT id, 0, '%s' FROM n
          """
              .formatted(RawTable.PAYLOAD),
          """
          UPDATE raw SET state = 1
          WHERE id IN (SELECT id FROM raw WHERE state = 0 ORDER BY id LIMIT ?1)
          RETURNING id, payload
          """,
          "UPDATE raw SET state = 2 WHERE id BETWEEN ?1 AND ?2");

  private final Path base;

  SqlitePlace(Path base) {
    this.base = base;
  }

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public String description() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      return "SQLite "
          + connection.getMetaData().getDatabaseProductVersion()
          + ", WAL, synchronous=FULL";
    }
  }

  @Override
  public Fresh fresh() throws IOException {
    return Directories.fresh(base, "sqlite:", "omniq.db");
  }

  private interface Measured {
    double of(Connection connection) throws SQLException;
  }

  private double measured(Measured what) throws IOException, SQLException {
    Path directory = Files.createTempDirectory(base, "raw");
    try (Connection connection =
        DriverManager.getConnection(
            "jdbc:sqlite:"
                + directory.resolve("raw.db")
                + "?journal_mode=WAL&synchronous=FULL&transaction_mode=IMMEDIATE")) {
      connection.setAutoCommit(false);
      return what.of(connection);
    } finally {
      Directories.delete(directory);
    }
  }

  @Override
  public double storedPerSecond(int batch, int records) throws IOException, SQLException {
    return measured(connection -> RAW.storedPerSecond(connection, batch, records));
  }

  @Override
  public double drainedPerSecond(int records) throws IOException, SQLException {
    return measured(connection -> RAW.drainedPerSecond(connection, records));
  }

  @Override
  public void close() {}
}
