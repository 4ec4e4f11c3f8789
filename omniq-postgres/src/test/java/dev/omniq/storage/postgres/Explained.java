package dev.omniq.storage.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the server says of each statement that goes through a connection, as EXPLAIN (ANALYZE,
 * BUFFERS) would: of the very statements that the store sends, and of those within functions.
 */
final class Explained {
  private static final JsonMapper JSON = new JsonMapper();

  private final Connection connection;
  private final Set<String> tables;
  private Costs costs = Costs.NONE;

  /**
   * What statements cost.
   *
   * @param pages of all tables and indexes that were looked at
   * @param removed rows that were read and then not wanted
   * @param scanned tables that grow and were read from end to end
   */
  record Costs(long statements, long pages, long removed, List<String> scanned) {
    static final Costs NONE = new Costs(0, 0, 0, List.of());

    Costs plus(Costs more) {
      List<String> all = new ArrayList<>(scanned);
      all.addAll(more.scanned);
      return new Costs(
          statements + more.statements, pages + more.pages, removed + more.removed, all);
    }
  }

  /**
   * Asks for it on a connection.
   *
   * @param tables those that grow
   */
  Explained(Connection connection, Set<String> tables) throws SQLException {
    this.connection = connection;
    this.tables = tables;
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOAD 'auto_explain'");
      for (String setting :
          List.of(
              "auto_explain.log_min_duration = 0",
              "auto_explain.log_analyze = on",
              "auto_explain.log_buffers = on",
              "auto_explain.log_timing = off",
              "auto_explain.log_nested_statements = on",
              "auto_explain.log_format = json",
              "client_min_messages = log")) {
        statement.execute("SET " + setting);
      }
    }
  }

  /** The connection to make the statements on. */
  Connection connection() {
    return (Connection)
        Proxy.newProxyInstance(
            Explained.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              Object result = call(connection, method, arguments);
              return result instanceof PreparedStatement statement ? watched(statement) : result;
            });
  }

  private PreparedStatement watched(PreparedStatement statement) {
    return (PreparedStatement)
        Proxy.newProxyInstance(
            Explained.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                costs = costs.plus(of(statement.getWarnings()));
              }
              return call(statement, method, arguments);
            });
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** The last plan is that of the statement itself; the pages of the others are among its own. */
  private Costs of(SQLWarning warnings) {
    long pages = 0;
    long explained = 0;
    Costs all = Costs.NONE;
    for (SQLWarning each = warnings; each != null; each = each.getNextWarning()) {
      int start = String.valueOf(each.getMessage()).indexOf('{');
      if (start >= 0) {
        JsonNode plan = JSON.readTree(each.getMessage().substring(start)).get("Plan");
        explained = 1;
        pages = number(plan, "Shared Hit Blocks") + number(plan, "Shared Read Blocks");
        all = all.plus(walk(plan));
      }
    }
    return new Costs(explained, pages, all.removed, all.scanned);
  }

  private Costs walk(JsonNode node) {
    String table = node.path("Relation Name").asString("");
    boolean scan = node.path("Node Type").asString("").equals("Seq Scan");
    long loops = Math.max(1, number(node, "Actual Loops"));
    long removed = 0;
    if (tables.contains(table)) {
      removed =
          loops
              * (number(node, "Rows Removed by Filter")
                  + number(node, "Rows Removed by Index Recheck"));
    }
    Costs costs =
        new Costs(0, 0, removed, scan && tables.contains(table) ? List.of(table) : List.of());
    for (JsonNode child : node.path("Plans")) {
      costs = costs.plus(walk(child));
    }
    return costs;
  }

  private static long number(JsonNode node, String name) {
    return node.path(name).asLong(0);
  }

  /** What the statements since the last call have cost. */
  Costs take() {
    Costs taken = costs;
    costs = Costs.NONE;
    return taken;
  }
}
