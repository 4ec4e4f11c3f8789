package dev.omniq.storage.sqlite;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.storage.jdbc.Migrations;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A store in one SQLite file, which several processes of one machine may have open at once. Its
 * tables begin with {@code omniq_}, so that it can live in the file of a program's own tables.
 */
public final class SqliteStore {
  private static final Migrations MIGRATIONS =
      Migrations.load(SqliteStore.class, 6, script -> script);

  private SqliteStore() {}

  /**
   * Opens a store, which is created if the file does not exist.
   *
   * @param url {@code sqlite:FILE}, or {@code sqlite:FILE?synchronous=normal} for commits that
   *     survive the death of the process but perhaps not loss of power
   * @param time the clocks that it lives by
   * @throws IllegalArgumentException if the URL is not like that
   * @throws StorageException if the file cannot be used; the message says why
   */
  public static JdbcStore open(String url, TimeSource time) {
    SqliteFile file = SqliteFile.parse(url);
    file.requireUsable();
    var connections = new SqliteConnections(file);
    var listeners = new WakeUpListeners();
    var statements = new SqliteStatements(time, file, connections, listeners);
    try {
      Connection connection = connections.take();
      MIGRATIONS.migrate(connection, new Schema(connections));
      statements.begin(connection);
      connections.giveBack(connection);
    } catch (SQLException e) {
      connections.close();
      throw new StorageException(
          "'" + file.path() + "' cannot be opened as a database: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
    var neighbours = new Neighbours(file, listeners);
    return new JdbcStore(
        new JdbcStore.Parts(
            file.path().toString(),
            statements,
            connections,
            false,
            time,
            listeners,
            neighbours::close));
  }

  /** The version stands in a table, for the file's own number may be the program's. */
  private record Schema(SqliteConnections connections) implements Migrations.Schema {
    @Override
    public void begin(Connection connection) throws SQLException {
      connections.begin(connection);
    }

    @Override
    public void commit(Connection connection) throws SQLException {
      connections.commit(connection);
    }

    @Override
    public void rollBack(Connection connection) throws SQLException {
      connections.rollBack(connection);
    }

    @Override
    public void lock(Connection connection) throws SQLException {
      // A transaction has the file to itself from its beginning.
      run(connection, "CREATE TABLE IF NOT EXISTS omniq_schema (version INTEGER NOT NULL)");
    }

    @Override
    public int version(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        try (ResultSet table =
            statement.executeQuery("SELECT 1 FROM sqlite_master WHERE name = 'omniq_schema'")) {
          if (!table.next()) {
            return 0;
          }
        }
        try (ResultSet row = statement.executeQuery("SELECT version FROM omniq_schema")) {
          return row.next() ? row.getInt(1) : 0;
        }
      }
    }

    @Override
    public void run(Connection connection, String script) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(script);
      }
    }

    @Override
    public void setVersion(Connection connection, int version) throws SQLException {
      run(connection, "DELETE FROM omniq_schema");
      run(connection, "INSERT INTO omniq_schema (version) VALUES (" + version + ")");
    }
  }
}
