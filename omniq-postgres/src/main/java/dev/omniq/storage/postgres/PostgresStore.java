package dev.omniq.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.storage.jdbc.Migrations;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A store in a schema of a PostgreSQL database, version 13 or newer, which any number of processes
 * on any number of machines may have open at once. A process holds at most three connections: one
 * for writes, one for claims and reads, one for wake-ups.
 */
public final class PostgresStore {
  private static final int OLDEST_SERVER = 13;
  private static final int POOLED = 2;
  private static final String SOCKET_TIMEOUT_SECONDS = "30";

  private PostgresStore() {}

  /**
   * Opens a store by a JDBC URL.
   *
   * @param url as the driver takes it, with parameters {@code omniq.schema}, {@code omniq.listen},
   *     {@code omniq.listenUrl} and {@code omniq.migrate} among its own
   * @param time {@link TimeSource#system} for the database's clock; any other takes its place
   * @throws StorageException if it cannot be opened; the message says why
   */
  public static JdbcStore open(String url, TimeSource time) {
    PostgresUrl parsed = PostgresUrl.parse(url);
    PostgresOptions options = parsed.options();
    String name = PostgresUrl.withoutSecrets(url);
    Clock clock = Clock.of(time);
    // Not by the pool, which tries again for as long as its patience lasts before it fails.
    prepare(name, () -> patient(parsed.driver()), options, clock);
    HikariDataSource pool = pool(parsed.driver(), options);
    String listenUrl = options.listenUrl().orElse(parsed.driver());
    Ear.@Nullable Source ear =
        options.listen() ? () -> DriverManager.getConnection(listenUrl, ofConnections()) : null;
    return open(name, PooledConnections.own(pool), ear, options, clock, time);
  }

  /**
   * Opens a store on a pool of the program's, which stays open with the program. It needs two
   * connections of it, and one more for wake-ups, unless the options name a URL for those.
   *
   * @throws StorageException if it cannot be opened; the message says why
   */
  public static JdbcStore open(DataSource pool, PostgresOptions options, TimeSource time) {
    return open(pool, options, Clock.of(time), time);
  }

  /** With a clock of the caller's choice. */
  static JdbcStore open(DataSource pool, PostgresOptions options, Clock clock, TimeSource time) {
    var source = new PoolSource(pool);
    Optional<String> listenUrl = options.listenUrl();
    Ear.@Nullable Source ear = null;
    if (options.listen()) {
      ear =
          listenUrl.isPresent()
              ? () -> DriverManager.getConnection(listenUrl.get(), ofConnections())
              : source;
    }
    String name = "data source";
    prepare(name, source, options, clock);
    return open(name, PooledConnections.ofProgram(pool), ear, options, clock, time);
  }

  /**
   * The scripts that create and update the tables, for those who run them themselves, each in a
   * transaction: the first leads from nothing to version 1, and each notes its version.
   */
  public static List<String> migrations(String schema) {
    return new Schema(schema).scripts();
  }

  private static Properties ofConnections() {
    var properties = new Properties();
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    properties.setProperty("connectTimeout", "10");
    return properties;
  }

  /**
   * A connection for migrations: a script that goes through a large table, and the wait for another
   * process that migrates, may take longer than any answer to a store that is in use.
   */
  private static Connection patient(String url) throws SQLException {
    Connection connection = DriverManager.getConnection(url, ofConnections());
    try {
      connection.setNetworkTimeout(Runnable::run, 0);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static HikariDataSource pool(String url, PostgresOptions options) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(POOLED);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(options.patience().toMillis());
    // A server that is away for a moment must not end the program.
    config.setInitializationFailTimeout(-1);
    config.setPoolName("omniq " + options.schema());
    ofConnections().forEach((name, value) -> config.addDataSourceProperty((String) name, value));
    return new HikariDataSource(config);
  }

  private static JdbcStore open(
      String name,
      PooledConnections connections,
      Ear.@Nullable Source earSource,
      PostgresOptions options,
      Clock clock,
      TimeSource time) {
    var schema = new Schema(options.schema());
    var listeners = new WakeUpListeners();
    var wakeUps = new WakeUpCalls(listeners, time);
    var statements = new PostgresStatements(schema, clock, wakeUps);
    @Nullable Ear ear = earSource == null ? null : new Ear(earSource, schema, clock, wakeUps);
    if (ear != null) {
      listeners.whenAdded(ear::begin);
    }
    var store =
        new JdbcStore(
            new JdbcStore.Parts(
                name,
                statements,
                connections,
                true,
                time,
                listeners,
                () -> {
                  wakeUps.end();
                  if (ear != null) {
                    ear.close();
                  }
                }));
    if (options.listen()) {
      wakeUps.sendBy(
          // Who misses a call because the server dies finds the task by polling: no sync for it.
          payload ->
              store.inOwnTransaction(
                  transaction ->
                      new Sql(transaction.connection(), schema)
                          .first(
                              "SELECT pg_notify(?, ?), set_config('synchronous_commit', 'off', true)",
                              row -> true,
                              schema.channel(),
                              payload)));
    }
    return store;
  }

  private static void prepare(
      String name, Ear.Source source, PostgresOptions options, Clock clock) {
    try (Connection connection = source.open()) {
      prepare(connection, new Schema(options.schema()), options, clock);
    } catch (SQLException e) {
      throw new StorageException(
          "cannot open %s: %s".formatted(name, Reasons.of(e, options.schema())), e);
    }
  }

  private static void prepare(
      Connection connection, Schema schema, PostgresOptions options, Clock clock)
      throws SQLException {
    int server = connection.getMetaData().getDatabaseMajorVersion();
    if (server < OLDEST_SERVER) {
      throw new StorageException(
          "the server is PostgreSQL %d; version %d or newer is needed"
              .formatted(server, OLDEST_SERVER));
    }
    Migrations migrations = schema.migrations();
    if (options.migrate()) {
      migrations.migrate(connection, schema);
    } else {
      migrations.requireNewest(schema.version(connection));
    }
    Sql sql = new Sql(connection, schema);
    if (clock.isGiven()) {
      // Its clock for leases begins anew with each process: so do the leases.
      sql.update("UPDATE {schema}.running SET renewed_at = " + clock.leaseNow());
      sql.update("UPDATE {schema}.worker SET seen_clock = " + clock.leaseNow());
    }
    long before = clock.local();
    sql.first(
        "SELECT " + clock.now(),
        row -> {
          clock.sampled(row.getLong(1), before);
          return true;
        });
  }

  /** A pool of the program's, which may hand out connections that begin transactions. */
  private record PoolSource(DataSource pool) implements Ear.Source {
    @Override
    public Connection open() throws SQLException {
      Connection connection = pool.getConnection();
      try {
        connection.setAutoCommit(true);
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    /** Tells a pool that can be told; it would warn of a connection that it finds broken. */
    @Override
    public void end(Connection connection) throws SQLException {
      if (pool.isWrapperFor(HikariDataSource.class)) {
        pool.unwrap(HikariDataSource.class).evictConnection(connection);
      }
      Ear.Source.super.end(connection);
    }
  }
}
