package dev.omniq.storage.sqlite;

import dev.omniq.storage.jdbc.Connections;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a store, opened when they are needed and kept, each with its prepared
 * statements. Thread-safe; a connection is used by one thread at a time.
 */
final class SqliteConnections implements Connections {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteConnections.class);

  private final SqliteFile file;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final IdentityHashMap<Connection, Sql> open = new IdentityHashMap<>();

  SqliteConnections(SqliteFile file) {
    this.file = file;
  }

  @Override
  public Connection take() throws SQLException {
    synchronized (this) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    Connection connection = file.connect();
    synchronized (this) {
      open.put(connection, new Sql(connection));
    }
    return connection;
  }

  /** A transaction that began by reading could find that it may not write any more. */
  @Override
  public void begin(Connection connection) throws SQLException {
    sql(connection).update("BEGIN IMMEDIATE");
  }

  /**
   * The driver's own commit begins the next transaction, whose failure would look like this one's.
   */
  @Override
  public void commit(Connection connection) throws SQLException {
    sql(connection).update("COMMIT");
  }

  @Override
  public void rollBack(Connection connection) throws SQLException {
    sql(connection).update("ROLLBACK");
  }

  @Override
  public synchronized void giveBack(Connection connection) {
    idle.push(connection);
  }

  @Override
  public void discard(Connection connection) {
    synchronized (this) {
      open.remove(connection);
    }
    close(connection);
  }

  /** The statements of a connection that was taken here. */
  synchronized Sql sql(Connection connection) {
    Sql sql = open.get(connection);
    if (sql == null) {
      throw new IllegalArgumentException("not a connection of this store");
    }
    return sql;
  }

  @Override
  public synchronized void close() {
    open.keySet().forEach(SqliteConnections::close);
    open.clear();
    idle.clear();
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection could not be closed", e);
    }
  }
}
