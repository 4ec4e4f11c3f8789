package dev.omniq.storage.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL for all tests of a JVM: one that is started for them, or the one that the
 * system property {@code omniq.postgres.url} names. Durable, as everything that is shown here must
 * be.
 */
public final class Server {
  private static final AtomicInteger SCHEMAS = new AtomicInteger();
  private static final Queue<Connection> KEPT = new ConcurrentLinkedQueue<>();
  private static final String URL = start();

  private Server() {}

  private static String start() {
    String given = System.getProperty("omniq.postgres.url");
    if (given != null) {
      Runtime.getRuntime().addShutdownHook(new Thread(Server::dropSchemas));
      return given;
    }
    try {
      // The usual settings of this server give durability up for speed.
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("max_connections", "200")
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
      return server.getJdbcUrl("postgres", "postgres");
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL could not be started", e);
    }
  }

  /** A server that was there before is left as it was. */
  private static void dropSchemas() {
    for (int number = SCHEMAS.get(); number > 0; number--) {
      try {
        execute("DROP SCHEMA IF EXISTS " + schema(number) + " CASCADE");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void close(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The URL of its database. */
  public static String url() {
    return URL;
  }

  /** The URL of a store in a schema. */
  public static String url(String schema) {
    return URL + (URL.contains("?") ? "&" : "?") + "omniq.schema=" + schema;
  }

  /** The name of a schema that no other test has. */
  public static String newSchema() {
    return schema(SCHEMAS.incrementAndGet());
  }

  private static String schema(int number) {
    return "test_" + ProcessHandle.current().pid() + "_" + number;
  }

  /** A connection in autocommit mode. */
  public static Connection connect() throws SQLException {
    return DriverManager.getConnection(URL);
  }

  /** Runs statements. */
  public static void execute(String sql) throws SQLException {
    onKeptConnection(statement -> statement.execute(sql));
  }

  /** The first column of the first row. */
  public static String ask(String sql) throws SQLException {
    return onKeptConnection(
        statement -> {
          try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
          }
        });
  }

  /** Waits until one statement with this in its text waits for a lock. */
  public static void awaitBlocked(String text) throws SQLException {
    String blocked =
        "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)"
            + " WHERE wait_event_type = 'Lock' AND query LIKE '%"
            + text
            + "%'";
    while (!ask(blocked).equals("1")) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("no statement with " + text + " is blocked");
      }
    }
  }

  /** A test that failed may have left a lock, for which the next ones must not wait for ever. */
  private static Connection impatient() throws SQLException {
    Connection connection = connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '60s'");
    }
    return connection;
  }

  private interface Use<T> {
    T of(Statement statement) throws SQLException;
  }

  /** To connect takes longer than most of what is asked. */
  private static <T> T onKeptConnection(Use<T> use) throws SQLException {
    Connection free = KEPT.poll();
    Connection connection = free == null ? impatient() : free;
    try (Statement statement = connection.createStatement()) {
      T answer = use.of(statement);
      KEPT.add(connection);
      return answer;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }
}
