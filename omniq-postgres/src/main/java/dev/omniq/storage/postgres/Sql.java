package dev.omniq.storage.postgres;

import dev.omniq.task.TaskId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/** Statements on one connection, with names of a schema in place. Used by one thread. */
final class Sql {
  /** The hot statements, which do nothing but call a function. */
  private static final Set<String> CALLS =
      Set.of(
          Inserting.INSERT,
          Inserting.INSERT_ONE,
          Inserting.INSERT_ONE_AND_CALL,
          Claiming.CLAIM,
          Claiming.NEXT_DUE,
          Settling.SETTLE);

  /**
   * A text that is missing, of the type of one that is there: a statement is prepared for types,
   * and would be prepared anew whenever a value comes and goes.
   */
  static final Object NO_TEXT = new Object();

  private final Connection connection;
  private final Schema schema;

  Sql(Connection connection, Schema schema) {
    this.connection = connection;
    this.schema = schema;
  }

  /** What is made of a row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** A parameter that is an array. */
  @SuppressWarnings("ArrayRecordComponent") // made, bound and forgotten
  record Column(String type, @Nullable Object[] values) {

    static <T> Column of(
        String type, List<T> rows, Function<? super T, ? extends @Nullable Object> value) {
      @Nullable Object[] values = array(type, rows.size());
      for (int i = 0; i < values.length; i++) {
        values[i] = value.apply(rows.get(i));
      }
      return new Column(type, values);
    }

    /**
     * The same, for a function whose parameters have types of their own: no array at all if no row
     * has a value, which spares the writing and reading of many NULLs.
     */
    static <T> @Nullable Column sparse(
        String type, List<T> rows, Function<? super T, ? extends @Nullable Object> value) {
      Column column = of(type, rows, value);
      for (Object each : column.values) {
        if (each != null) {
          return column;
        }
      }
      return null;
    }

    /** Of the class that the driver sends as it is, and not as text to be read. */
    private static @Nullable Object[] array(String type, int size) {
      return switch (type) {
        case "text" -> new String[size];
        case "int2" -> new Short[size];
        case "int4" -> new Integer[size];
        case "int8" -> new Long[size];
        case "bool" -> new Boolean[size];
        case "uuid" -> new UUID[size];
        default -> throw new IllegalArgumentException("no type of an array: " + type);
      };
    }

    static <T> Column ids(List<T> rows, Function<? super T, TaskId> id) {
      return of("uuid", rows, row -> id.apply(row).value());
    }
  }

  boolean isAutoCommit() throws SQLException {
    return connection.getAutoCommit();
  }

  int update(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = bound(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  <T> List<T> list(String sql, Reader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = bound(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(reader.read(rows));
      }
      return all;
    }
  }

  <T> Optional<T> first(String sql, Reader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = bound(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /** The id that a query gives in its only row, if that has one. */
  Optional<TaskId> id(String sql, @Nullable Object... parameters) throws SQLException {
    return first(sql, row -> Optional.ofNullable(row.getObject(1, UUID.class)), parameters)
        .flatMap(id -> id.map(TaskId::new));
  }

  /**
   * Prepared at the server only if it is a call of a function, whose own statements know how to
   * live with a plan that is kept, and if the connection allows it. Any other plan that was made
   * when a table was small reads it from end to end, and would be kept while millions of rows come,
   * or dead ones pile up until the next vacuum.
   */
  private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(schema.in(sql));
    try {
      if (!CALLS.contains(sql)) {
        statement.unwrap(PGStatement.class).setPrepareThreshold(0);
      }
      for (int i = 0; i < parameters.length; i++) {
        bind(statement, i + 1, parameters[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private void bind(PreparedStatement statement, int at, @Nullable Object value)
      throws SQLException {
    if (value instanceof Column column) {
      Array array = connection.createArrayOf(column.type, column.values);
      statement.setArray(at, array);
    } else if (value instanceof TaskId id) {
      statement.setObject(at, id.value());
    } else if (value instanceof UUID id) {
      statement.setObject(at, id);
    } else if (value instanceof String text) {
      statement.setString(at, text);
    } else if (value instanceof Long number) {
      statement.setLong(at, number);
    } else if (value instanceof Short number) {
      statement.setShort(at, number);
    } else if (value instanceof Integer number) {
      statement.setInt(at, number);
    } else if (value instanceof Boolean flag) {
      statement.setBoolean(at, flag);
    } else if (value == NO_TEXT) {
      statement.setNull(at, Types.VARCHAR);
    } else if (value == null) {
      statement.setNull(at, Types.NULL);
    } else {
      throw new IllegalArgumentException("no parameter: " + value.getClass());
    }
  }

  /** The id in a column. */
  static TaskId id(ResultSet row, int column) throws SQLException {
    return new TaskId(row.getObject(column, UUID.class));
  }
}
