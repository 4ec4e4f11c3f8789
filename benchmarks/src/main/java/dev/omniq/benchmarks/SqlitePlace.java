package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.benchmarks.peers.Database;
import dev.omniq.benchmarks.peers.DbScheduler;
import dev.omniq.benchmarks.peers.JobRunrPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** The SQLite store; its limit are the same rows on the same settings. */
final class SqlitePlace implements Place {
  private final Path base;

  SqlitePlace(Path base) {
    this.base = base;
  }

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public Path directory() {
    return base;
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

  private interface Measured<T> {
    T of(SqliteRows rows) throws Exception;
  }

  private <T> T measured(Measured<T> what) throws Exception {
    try (Fresh fresh = fresh()) {
      OmniQ.open(fresh.url()).close();
      try (Connection connection =
          DriverManager.getConnection(
              "jdbc:" + fresh.url() + "?synchronous=FULL&transaction_mode=IMMEDIATE")) {
        return what.of(new SqliteRows(connection));
      }
    }
  }

  @Override
  public double storing(Measure measure) throws Exception {
    return measured(rows -> measure.perSecond(rows.storing()));
  }

  @Override
  public double drainedPerSecond(int batch, int records) throws Exception {
    return measured(rows -> rows.drainedPerSecond(batch, records));
  }

  /** On one connection, since one writes at a time anyway. */
  @Override
  public Sample starts(int runs, long pauseMillis) throws Exception {
    return measured(
        rows -> {
          rows.connection().setAutoCommit(false);
          return RawStarts.measure(rows.with(rows), runs, pauseMillis);
        });
  }

  @Override
  public List<PeerFactory> peers(Report report) {
    report.note("Quartz is not compared: it has no tables for SQLite");
    return List.of(
        Directories.peer(base, "db-scheduler", Database::sqlite, DbScheduler::new),
        Directories.peer(base, "JobRunr", Database::sqlite, JobRunrPeer::new));
  }

  @Override
  public void close() {}
}
