package dev.omniq.storage.sqlite;

import dev.omniq.storage.jdbc.Connections;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<Connection> broken = ConcurrentHashMap.newKeySet();

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
    leaveTransactionsAlone(connection);
    sql(connection).update("BEGIN IMMEDIATE");
  }

  /**
   * As long as the driver commits by itself, it tries to begin a transaction before each statement.
   * To leave that mode begins one, which is ended here.
   */
  private void leaveTransactionsAlone(Connection connection) throws SQLException {
    if (connection.getAutoCommit()) {
      connection.setAutoCommit(false);
      sql(connection).update("COMMIT");
    }
  }

  /**
   * The driver's own commit begins the next transaction, whose failure would look like this one's.
   */
  @Override
  public void commit(Connection connection) throws SQLException {
    sql(connection).update("COMMIT");
  }

  /** SQLite itself has rolled back already when the disk is full, among others. */
  @Override
  public void rollBack(Connection connection) throws SQLException {
    try {
      sql(connection).update("ROLLBACK");
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
        broken.add(connection);
        throw e;
      }
    }
  }

  /** One whose transaction could not be ended is not used again. */
  @Override
  public void giveBack(Connection connection) {
    if (broken.remove(connection)) {
      discard(connection);
      return;
    }
    synchronized (this) {
      idle.push(connection);
    }
  }

  @Override
  public void discard(Connection connection) {
    broken.remove(connection);
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

  /** How many statements were made on those that are open, BEGIN and COMMIT among them. */
  synchronized long made() {
    return open.values().stream().mapToLong(Sql::made).sum();
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
