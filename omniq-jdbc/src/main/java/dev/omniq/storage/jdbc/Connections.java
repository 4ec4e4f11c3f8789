package dev.omniq.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a {@link Lane} has its connection from, for one batch at a time. Thread-safe. */
public interface Connections extends Transactions, AutoCloseable {

  /** A connection in autocommit mode; may wait for one for some seconds. */
  Connection take() throws SQLException;

  /**
   * The same for what changes nothing: if the connection turns out to be broken, that is made again
   * on another, so it may be one that was in order a moment ago.
   */
  default Connection takeToRead() throws SQLException {
    return take();
  }

  /** Takes a connection back that is in autocommit mode and in order. */
  void giveBack(Connection connection) throws SQLException;

  /** Takes a connection back that failed and must not be used again. */
  void discard(Connection connection);

  /** Closes what is open. */
  @Override
  void close();
}
