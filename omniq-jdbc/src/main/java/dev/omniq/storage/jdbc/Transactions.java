package dev.omniq.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** How a dialect's transactions begin and end, on a connection in autocommit mode. */
public interface Transactions {

  /** Begins a transaction. */
  default void begin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
  }

  /** Commits a transaction; what is thrown is of the commit itself. */
  default void commit(Connection connection) throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
  }

  /** Rolls a transaction back, or what is there of one that could not begin. */
  default void rollBack(Connection connection) throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }
}
