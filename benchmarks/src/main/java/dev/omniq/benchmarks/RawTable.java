package dev.omniq.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The limit of a database: a table of rows as long as a task, on one connection, written in batches
 * with no queue around them. A dialect says with which statements.
 *
 * @param create makes the table
 * @param insert stores one batch; its parameters are the first number and the last one
 * @param claim marks the next batch as taken and gives its rows out; its parameter is how many
 * @param settle ends a batch; its parameters are the first number and the last one
 */
record RawTable(String create, String insert, String claim, String settle) {

  /** A payload that makes a row about {@link Place#RECORD_BYTES} long. */
  static final String PAYLOAD = "x".repeat(Place.RECORD_BYTES - 56);

  double storedPerSecond(Connection connection, int batch, int records) throws SQLException {
    make(connection);
    long start = System.nanoTime();
    fill(connection, batch, records);
    return records / ((System.nanoTime() - start) / 1e9);
  }

  double drainedPerSecond(Connection connection, int records) throws SQLException {
    make(connection);
    fill(connection, 1_000, records);
    long start = System.nanoTime();
    try (PreparedStatement taking = connection.prepareStatement(claim);
        PreparedStatement ending = connection.prepareStatement(settle)) {
      for (int done = 0; done < records; done += Place.DRAIN_BATCH) {
        taking.setInt(1, Place.DRAIN_BATCH);
        try (var rows = taking.executeQuery()) {
          while (rows.next()) {
            if (rows.getString(2).isEmpty()) {
              throw new IllegalStateException("a row without its payload");
            }
          }
        }
        connection.commit();
        ending.setLong(1, done);
        ending.setLong(2, done + Place.DRAIN_BATCH - 1);
        ending.executeUpdate();
        connection.commit();
      }
    }
    return records / ((System.nanoTime() - start) / 1e9);
  }

  private void make(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String part : create.split(";", -1)) {
        statement.execute(part);
      }
    }
    connection.commit();
  }

  private void fill(Connection connection, int batch, int records) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (int done = 0; done < records; done += batch) {
        statement.setLong(1, done);
        statement.setLong(2, done + batch - 1);
        statement.executeUpdate();
        connection.commit();
      }
    }
  }
}
