package dev.omniq.storage.sqlite;

import dev.omniq.task.TaskId;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Statements on one connection. They are prepared once for each text and kept as long as this is
 * open: for the life of a connection of the store's own, for one call on a user's. Used by one
 * thread at a time.
 */
final class Sql implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private long made;

  Sql(Connection connection) {
    this.connection = connection;
  }

  /** What is made of a row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Changes something: how many rows. */
  int update(String sql, @Nullable Object... parameters) throws SQLException {
    return run(sql, PreparedStatement::executeUpdate, parameters);
  }

  /** All rows. */
  <T> List<T> list(String sql, Reader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    return run(
        sql,
        statement -> {
          List<T> all = new ArrayList<>();
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              all.add(reader.read(rows));
            }
          }
          return all;
        },
        parameters);
  }

  /** The first row, if there is one. */
  <T> Optional<T> first(String sql, Reader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    return run(
        sql,
        statement -> {
          try (ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
          }
        },
        parameters);
  }

  /**
   * Rows that are read one by one; to be closed.
   *
   * @param cursor tells apart those that are open at the same time
   */
  ResultSet open(int cursor, String sql, @Nullable Object... parameters) throws SQLException {
    return run(sql + " -- " + cursor, PreparedStatement::executeQuery, parameters);
  }

  /** The statements that were used. */
  Set<String> texts() {
    return Set.copyOf(prepared.keySet());
  }

  /** How many statements were made. */
  long made() {
    return made;
  }

  /** What is done with a statement. */
  @FunctionalInterface
  private interface Run<T> {
    T with(PreparedStatement statement) throws SQLException;
  }

  /** The driver may have thrown away a statement that failed: it is prepared anew the next time. */
  private <T> T run(String sql, Run<T> run, @Nullable Object... parameters) throws SQLException {
    made++;
    try {
      return run.with(bound(sql, parameters));
    } catch (SQLException e) {
      PreparedStatement failed = prepared.remove(sql);
      if (failed != null) {
        try {
          failed.close();
        } catch (SQLException second) {
          e.addSuppressed(second);
        }
      }
      throw e;
    }
  }

  private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      bind(statement, i + 1, parameters[i]);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int at, @Nullable Object value)
      throws SQLException {
    if (value instanceof TaskId id) {
      statement.setBytes(at, bytes(id));
    } else if (value instanceof String text) {
      statement.setString(at, text);
    } else if (value instanceof Long number) {
      statement.setLong(at, number);
    } else if (value instanceof Integer number) {
      statement.setInt(at, number);
    } else if (value instanceof Boolean flag) {
      statement.setInt(at, flag ? 1 : 0);
    } else if (value == null) {
      statement.setNull(at, Types.NULL);
    } else {
      throw new IllegalArgumentException("no parameter: " + value.getClass());
    }
  }

  private static byte[] bytes(TaskId id) {
    return ByteBuffer.allocate(16)
        .putLong(id.value().getMostSignificantBits())
        .putLong(id.value().getLeastSignificantBits())
        .array();
  }

  /** The id in a column. */
  static TaskId id(ResultSet row, int column) throws SQLException {
    ByteBuffer bytes = ByteBuffer.wrap(row.getBytes(column));
    return new TaskId(new UUID(bytes.getLong(), bytes.getLong()));
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
    prepared.clear();
  }
}
