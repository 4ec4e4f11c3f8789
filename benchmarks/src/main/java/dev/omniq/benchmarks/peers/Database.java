package dev.omniq.benchmarks.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * An empty database for a peer, as durable as ours where it can be.
 *
 * @param name what it is
 * @param url by which the driver opens it
 * @param bytes its type for bytes
 * @param time its type for points in time
 * @param canSkipLocked whether claims may skip what others have locked
 * @param connections how many there may be at most
 */
public record Database(
    String name, String url, String bytes, String time, boolean canSkipLocked, int connections) {

  /** PostgreSQL, with a schema of its own on the search path of the URL. */
  public static Database postgres(String url) {
    return new Database("PostgreSQL", url, "bytea", "timestamptz", true, 50);
  }

  /** SQLite as ours is set; writers wait in the pool and not in the file. */
  public static Database sqlite(String file) {
    return new Database(
        "SQLite",
        "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000",
        "blob",
        "timestamp",
        false,
        1);
  }

  /** H2 in a file; it does not force its commits to the disk. */
  public static Database h2(String file) {
    return new Database(
        "H2 (commits are not forced)",
        "jdbc:h2:file:" + file,
        "blob",
        "timestamp with time zone",
        false,
        50);
  }

  HikariDataSource pool(int size) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(Math.min(size, connections));
    return new HikariDataSource(config);
  }

  void execute(DataSource pool, String... statements) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  long count(DataSource pool, String query) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
