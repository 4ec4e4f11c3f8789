package dev.omniq.storage.postgres;

import dev.omniq.storage.jdbc.Connections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of a pool: each is given back after a batch, so that a pooler may share it. Behind a
 * pooler the next transaction may meet another session, so while such a connection is taken, the
 * driver prepares nothing at the server, not even its own COMMIT. Connections are in autocommit
 * mode, whatever the program likes them to be in.
 */
final class PooledConnections implements Connections {
  private static final Logger LOG = LoggerFactory.getLogger(PooledConnections.class);

  private final DataSource pool;
  private final Runnable closing;
  private final Map<Connection, Custom> customs = new ConcurrentHashMap<>();

  /** Which of the driver's connections are sessions of the server's, for all of their lives. */
  private final Map<PGConnection, Boolean> direct =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** How the pool hands a connection out, and gets it back. */
  private record Custom(int prepareThreshold, boolean autoCommit) {}

  /**
   * Connections of a pool.
   *
   * @param closing closes the pool, if it is the store's own
   */
  PooledConnections(DataSource pool, Runnable closing) {
    this.pool = pool;
    this.closing = closing;
  }

  @Override
  public Connection take() throws SQLException {
    Connection connection = pool.getConnection();
    try {
      PGConnection driver = connection.unwrap(PGConnection.class);
      customs.put(connection, new Custom(driver.getPrepareThreshold(), connection.getAutoCommit()));
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
    try (connection) {
      Custom custom = customs.remove(connection);
      if (custom != null) {
        connection.unwrap(PGConnection.class).setPrepareThreshold(custom.prepareThreshold());
        connection.setAutoCommit(custom.autoCommit());
      }
    }
  }

  /**
   * Aborted, so that the pool does not hand it out again. Of a pool that was closed meanwhile,
   * anything may be thrown.
   */
  @Override
  public void discard(Connection connection) {
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

  @Override
  public void close() {
    closing.run();
  }
}
