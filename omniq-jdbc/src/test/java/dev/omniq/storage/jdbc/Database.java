package dev.omniq.storage.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A small real database with one table of words, each of which it takes once. */
final class Database implements Connections {
  private final String url;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

  Database(Path directory) throws SQLException {
    url = "jdbc:sqlite:" + directory.resolve("words.db");
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("CREATE TABLE word (text TEXT PRIMARY KEY CHECK (text <> ''))");
    }
  }

  /** Gives no connections from now on. */
  void vanish() {
    vanishAfter(0);
  }

  /** Gives no more than so many. */
  void vanishAfter(int more) {
    left.set(more);
  }

  Connection open() throws SQLException {
    return DriverManager.getConnection(url);
  }

  /** The words, in the order in which they were stored. */
  List<String> words() throws SQLException {
    List<String> words = new ArrayList<>();
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT text FROM word ORDER BY rowid")) {
      while (rows.next()) {
        words.add(rows.getString(1));
      }
    }
    return words;
  }

  /** How often a connection was taken. */
  int taken() {
    return taken.get();
  }

  @Override
  public Connection take() throws SQLException {
    taken.incrementAndGet();
    if (left.getAndDecrement() <= 0) {
      throw new SQLException("nobody answers");
    }
    return open();
  }

  @Override
  public void giveBack(Connection connection) throws SQLException {
    connection.close();
  }

  @Override
  public void discard(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {}

  /** Stores a word: how many letters it has. */
  static int store(Transaction transaction, String word) throws SQLException {
    try (var insert =
        transaction.connection().prepareStatement("INSERT INTO word (text) VALUES (?)")) {
      insert.setString(1, word);
      insert.executeUpdate();
    }
    return word.length();
  }

  /** A closed connection is a lost one here; all else was refused. */
  static Trouble trouble(SQLException failure) {
    return String.valueOf(failure.getMessage()).contains("closed")
        ? Trouble.CONNECTION_LOST
        : Trouble.REFUSED;
  }
}
