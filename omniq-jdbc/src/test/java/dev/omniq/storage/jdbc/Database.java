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
import java.util.function.IntPredicate;

/** A small real database with one table of words, each of which it takes once. */
final class Database implements Connections {
  private final String url;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicInteger begun = new AtomicInteger();
  private volatile IntPredicate busy = number -> false;

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

  /** Lets transactions begin, or not, by their number from 1. */
  void busyWhen(IntPredicate number) {
    busy = number;
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

  /** How often a transaction was begun, or was to be. */
  int begun() {
    return begun.get();
  }

  @Override
  public void begin(Connection connection) throws SQLException {
    if (busy.test(begun.incrementAndGet())) {
      throw new SQLException("somebody else writes");
    }
    Connections.super.begin(connection);
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

  /** A closed connection is a lost one here; what is refused without others' doing stays so. */
  static Trouble trouble(SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("somebody else writes")) {
      return Trouble.CONFLICT;
    }
    return message.contains("closed") ? Trouble.CONNECTION_LOST : Trouble.REFUSED;
  }
}
