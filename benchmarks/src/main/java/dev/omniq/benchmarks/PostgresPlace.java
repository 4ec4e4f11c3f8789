package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.benchmarks.peers.Database;
import dev.omniq.benchmarks.peers.DbScheduler;
import dev.omniq.benchmarks.peers.GraphileWorkerPackage;
import dev.omniq.benchmarks.peers.GraphileWorkerPeer;
import dev.omniq.benchmarks.peers.JobRunrPeer;
import dev.omniq.benchmarks.peers.QuartzPeer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL store, on a server of the run's own or the one that the system property {@code
 * omniq.postgres.url} names; its limit are the same rows in the same database.
 */
final class PostgresPlace implements Place {
  private final @Nullable EmbeddedPostgres server;
  private final Path base;
  private final String url;
  private int schemas;

  PostgresPlace(Path base) throws IOException, SQLException {
    this.base = base;
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
  public Path directory() {
    return base;
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
  public void tidyUp() throws SQLException {
    execute("VACUUM (ANALYZE)");
    execute("CHECKPOINT");
  }

  private interface Measured {
    double of(RawRows rows) throws Exception;
  }

  private double measured(Measured what) throws Exception {
    try (Fresh fresh = fresh()) {
      OmniQ.open(fresh.url()).close();
      try (Connection connection = DriverManager.getConnection(url)) {
        return what.of(new PostgresRows(connection, "bench_" + schemas));
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

  @Override
  public Sample starts(int runs, long pauseMillis) throws Exception {
    try (Fresh fresh = fresh()) {
      OmniQ.open(fresh.url()).close();
      String schema = "bench_" + schemas;
      try (Connection one = DriverManager.getConnection(url);
          Connection other = DriverManager.getConnection(url)) {
        var storing = new PostgresRows(one, schema);
        var working = new PostgresRows(other, schema);
        one.setAutoCommit(false);
        other.setAutoCommit(false);
        return RawStarts.measure(storing.with(working), runs, pauseMillis);
      }
    }
  }

  @Override
  public Optional<Sample> startsFromElsewhere(int runs, long pauseMillis) throws Exception {
    try (Fresh fresh = fresh()) {
      OmniQ.open(fresh.url()).close();
      return Optional.of(RawStartsElsewhere.measure(url, "bench_" + schemas, runs, pauseMillis));
    }
  }

  /** The process that measures has connections of its own among them. */
  @Override
  public Load load() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (SELECT xact_commit + xact_rollback FROM pg_stat_database"
                    + " WHERE datname = current_database()), (SELECT count(*)"
                    + " FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    + " AND pid <> pg_backend_pid())")) {
      row.next();
      return new Load(row.getLong(1), row.getInt(2));
    }
  }

  @Override
  public List<PeerFactory> peers(Report report) throws IOException, InterruptedException {
    List<PeerFactory> peers = new ArrayList<>();
    peers.add(peer("db-scheduler", DbScheduler::new));
    peers.add(peer("JobRunr", JobRunrPeer::new));
    peers.add(peer("Quartz", QuartzPeer::new));
    try {
      var installed = GraphileWorkerPackage.install(base.resolve("graphile-worker"));
      peers.add(peer("Graphile Worker", database -> new GraphileWorkerPeer(database, installed)));
    } catch (GraphileWorkerPackage.Unavailable e) {
      report.note("Graphile Worker is not compared: " + e.getMessage());
    }
    return peers;
  }

  private PeerFactory peer(String name, PeerFactory.Maker maker) {
    return new PeerFactory(
        name,
        () -> {
          String schema = "peer_" + ++schemas;
          execute("CREATE SCHEMA " + schema);
          String theirs = url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema;
          return new PeerHome(
              maker.make(Database.postgres(theirs)),
              () -> execute("DROP SCHEMA " + schema + " CASCADE"));
        });
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }
}
