package dev.omniq.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL store, on a server of the run's own or the one that the system property {@code
 * omniq.postgres.url} names; its limit is a table in the same database.
 */
final class PostgresPlace implements Place {
  private static final RawTable RAW =
      new RawTable(
          """
          DROP TABLE IF EXISTS raw;
          CREATE TABLE raw (id bigint PRIMARY KEY, state smallint NOT NULL, payload text NOT NULL);
          CREATE INDEX raw_waiting ON raw (id) WHERE state = 0
          """,
          "INSERT INTO raw (id, state, payload) SELECT id, 0, '%s' FROM generate_series(?, ?) AS id"
              .formatted(RawTable.PAYLOAD),
          """
          UPDATE raw SET state = 1
          WHERE id IN (
            SELECT id FROM raw WHERE state = 0 ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)
          RETURNING id, payload
          """,
          "UPDATE raw SET state = 2 WHERE id BETWEEN ? AND ?");

  private final @Nullable EmbeddedPostgres server;
  private final String url;
  private int schemas;

  PostgresPlace() throws IOException, SQLException {
    String given = System.getProperty("omniq.postgres.url");
    if (given == null) {
      // Its usual settings give durability up for speed, which would make any figure worthless.
      server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("max_connections", "100")
              .start();
      url = server.getJdbcUrl("postgres", "postgres");
    } else {
      server = null;
      url = given;
    }
    requireDurable();
  }

  private void requireDurable() throws SQLException {
    for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
      if (!show(setting).equals("on")) {
        throw new IllegalStateException(
            "the server has %s = %s; a figure without durability says nothing"
                .formatted(setting, show(setting)));
      }
    }
  }

  private String show(String setting) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public String description() throws SQLException {
    return "PostgreSQL %s, fsync=%s, synchronous_commit=%s, shared_buffers=%s"
        .formatted(
            show("server_version"),
            show("fsync"),
            show("synchronous_commit"),
            show("shared_buffers"));
  }

  @Override
  public Fresh fresh() {
    String schema = "bench_" + ++schemas;
    return new Fresh() {
      @Override
      public String url() {
        return url + (url.contains("?") ? "&" : "?") + "omniq.schema=" + schema;
      }

      @Override
      public void close() throws SQLException {
        execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
      }
    };
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public double storedPerSecond(int batch, int records) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      return RAW.storedPerSecond(connection, batch, records);
    }
  }

  @Override
  public double drainedPerSecond(int records) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      return RAW.drainedPerSecond(connection, records);
    }
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }
}
