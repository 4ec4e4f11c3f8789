package dev.omniq.storage.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.jdbc.Connections;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of a pool: each is given back after a batch, so that a pooler may share it. Behind a
 * pooler the next transaction may meet another session, so while such a connection is taken, the
 * driver prepares nothing at the server, not even its own COMMIT. Connections are in autocommit
 * mode, whatever the program likes them to be in.
 *
 * <p>Of the store's own pool, the connection that read last is kept at hand for a while. The pool
 * asks each that was idle for half a second whether it is in order, which for a worker that looks
 * each second is as many questions as looks.
 */
final class PooledConnections implements Connections {
  private static final Logger LOG = LoggerFactory.getLogger(PooledConnections.class);

  /** What was used within this time is not asked whether it is in order. */
  private static final Duration SURE = Duration.ofMillis(500);

  /** The same for what only reads, and is then made again on another connection. */
  private static final Duration SURE_TO_READ = Duration.ofSeconds(2);

  private static final int SECONDS_TO_ANSWER = 5;

  /** After this time the pool gets it back, which replaces old connections. */
  private static final Duration KEPT_FOR = Duration.ofSeconds(30);

  /** Connections age by the machine's clock, whichever clock the store is given. */
  private static final TimeSource TIME = TimeSource.system();

  private final DataSource pool;
  private final boolean own;
  private final Runnable closing;
  private final Map<Connection, Custom> customs = new ConcurrentHashMap<>();
  private final Map<Connection, Boolean> reading = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Spare> spare = new AtomicReference<>();

  /** Which of the driver's connections are sessions of the server's, for all of their lives. */
  private final Map<PGConnection, Boolean> direct =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** How the pool hands a connection out, and gets it back. */
  private record Custom(int prepareThreshold, boolean autoCommit, long takenAt) {}

  /** One that was used until a time. */
  private record Spare(Connection connection, long usedAt) {

    boolean isSure(Duration sure) throws SQLException {
      return TIME.nanoTime() - usedAt < sure.toNanos() || connection.isValid(SECONDS_TO_ANSWER);
    }
  }

  private PooledConnections(DataSource pool, boolean own, Runnable closing) {
    this.pool = pool;
    this.own = own;
    this.closing = closing;
  }

  /** Connections of a pool of the program's, which gets each back at once and stays open. */
  static PooledConnections ofProgram(DataSource pool) {
    return new PooledConnections(pool, false, () -> {});
  }

  /** Connections of the store's own pool, which is closed with them. */
  static PooledConnections own(HikariDataSource pool) {
    return new PooledConnections(pool, true, pool::close);
  }

  @Override
  public Connection take() throws SQLException {
    return take(SURE);
  }

  @Override
  public Connection takeToRead() throws SQLException {
    Connection connection = take(SURE_TO_READ);
    reading.put(connection, true);
    return connection;
  }

  private Connection take(Duration sure) throws SQLException {
    Spare kept = spare.getAndSet(null);
    if (kept == null) {
      return takeFromPool();
    }
    Custom custom = Objects.requireNonNull(customs.get(kept.connection));
    if (!kept.isSure(sure)) {
      discard(kept.connection);
    } else if (TIME.nanoTime() - custom.takenAt > KEPT_FOR.toNanos()) {
      giveBackUnused(kept.connection);
    } else {
      return kept.connection;
    }
    return takeFromPool();
  }

  private Connection takeFromPool() throws SQLException {
    Connection connection = pool.getConnection();
    try {
      PGConnection driver = connection.unwrap(PGConnection.class);
      customs.put(
          connection,
          new Custom(driver.getPrepareThreshold(), connection.getAutoCommit(), TIME.nanoTime()));
      driver.setPrepareThreshold(0);
      connection.setAutoCommit(true);
      if (isDirect(connection, driver)) {
        driver.setPrepareThreshold(1);
      }
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * A pooler that shares sessions tells each program a number of its own for the session, by which
   * requests to cancel find their way; the server itself knows better.
   */
  private boolean isDirect(Connection connection, PGConnection driver) throws SQLException {
    Boolean known = direct.get(driver);
    if (known == null) {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
        known = row.next() && row.getInt(1) == driver.getBackendPID();
      }
      direct.put(driver, known);
    }
    return known;
  }

  @Override
  public void giveBack(Connection connection) throws SQLException {
    boolean hasRead = reading.remove(connection) != null;
    if (!own || !hasRead || !spare.compareAndSet(null, new Spare(connection, TIME.nanoTime()))) {
      giveBackToPool(connection);
    }
  }

  private void giveBackToPool(Connection connection) throws SQLException {
    try (connection) {
      Custom custom = customs.remove(connection);
      if (custom != null) {
        connection.unwrap(PGConnection.class).setPrepareThreshold(custom.prepareThreshold());
        connection.setAutoCommit(custom.autoCommit());
      }
    }
  }

  private void giveBackUnused(Connection connection) {
    try {
      giveBackToPool(connection);
    } catch (SQLException e) {
      LOG.debug("A connection could not be given back", e);
    }
  }

  /**
   * Aborted, so that the pool does not hand it out again. Of a pool that was closed meanwhile,
   * anything may be thrown.
   */
  @Override
  public void discard(Connection connection) {
    reading.remove(connection);
    customs.remove(connection);
    try {
      connection.abort(Runnable::run);
    } catch (SQLException | RuntimeException e) {
      LOG.debug("A connection could not be aborted", e);
    }
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("A connection could not be closed", e);
    }
  }

  /** No lane uses any any more. */
  @Override
  public void close() {
    Spare kept = spare.getAndSet(null);
    if (kept != null) {
      giveBackUnused(kept.connection);
    }
    closing.run();
  }
}
