package dev.omniq.storage.postgres;

import dev.omniq.storage.jdbc.Connections;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections of a pool: each is given back after a batch, so that a pooler may share it. */
final class PooledConnections implements Connections {
  private static final Logger LOG = LoggerFactory.getLogger(PooledConnections.class);

  private final DataSource pool;
  private final Runnable closing;

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
    return pool.getConnection();
  }

  @Override
  public void giveBack(Connection connection) throws SQLException {
    connection.close();
  }

  /** Aborted, so that the pool does not hand it out again. */
  @Override
  public void discard(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("A connection could not be aborted", e);
    }
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection could not be closed", e);
    }
  }

  @Override
  public void close() {
    closing.run();
  }
}
