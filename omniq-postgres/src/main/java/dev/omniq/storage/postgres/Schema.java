package dev.omniq.storage.postgres;

import dev.omniq.storage.jdbc.Migrations;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The schema that holds the tables, by any name, and its versions.
 *
 * @param name as it is, without quotes
 */
record Schema(String name, Map<String, String> texts) implements Migrations.Schema {
  /** How many bytes a name may have, that of a schema or of a channel. */
  static final int LONGEST = 63;

  /** So many characters of a channel are not cut, and so many are left of a longer one. */
  private static final int LONGEST_WHOLE = 60;

  private static final int LONGEST_CUT = 40;

  private static final int VERSIONS = 10;
  private static final String VERSION_TABLE =
      "CREATE TABLE IF NOT EXISTS {schema}.schema_version (version integer NOT NULL)";

  Schema(String name) {
    this(name, new ConcurrentHashMap<>());
  }

  /** SQL with {@code {schema}} in it, with the name in its place. */
  String in(String sql) {
    // The same few texts again and again; those with a test's times in them are not worth keeping.
    return texts.size() > 1_000 ? put(sql) : texts.computeIfAbsent(sql, this::put);
  }

  private String put(String sql) {
    return sql.replace("{schema}", quoted()).replace("{schema_text}", text());
  }

  private String quoted() {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private String text() {
    return "'" + name.replace("'", "''") + "'";
  }

  /**
   * The name of the channel for wake-ups; of PostgreSQL's 63 bytes, the schema's end may be cut.
   * Processes of older versions, which counted characters, have the same one where theirs is short
   * enough for PostgreSQL.
   */
  String channel() {
    String channel = "omniq_" + name;
    if (channel.length() <= LONGEST_WHOLE && bytes(channel) <= LONGEST) {
      return channel;
    }
    String end = "_" + name.hashCode();
    int cut = Math.min(channel.length(), LONGEST_CUT);
    while (bytes(channel.substring(0, cut) + end) > LONGEST
        || Character.isHighSurrogate(channel.charAt(cut - 1))) {
      cut--;
    }
    return channel.substring(0, cut) + end;
  }

  /** As PostgreSQL counts a name, in a database that is in UTF-8. */
  static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  Migrations migrations() {
    return Migrations.load(Schema.class, VERSIONS, this::put);
  }

  /** The migrations for people: with the schema itself, and with the version that each leads to. */
  List<String> scripts() {
    Migrations migrations = migrations();
    List<String> scripts = new ArrayList<>();
    for (int version = 1; version <= migrations.newest(); version++) {
      String before =
          version == 1 ? "CREATE SCHEMA IF NOT EXISTS {schema};\n" + VERSION_TABLE + ";\n\n" : "";
      String after =
          ";\n" + "DELETE FROM {schema}.schema_version;\n" + noteVersion(version) + ";\n";
      scripts.add(
          put(before) + migrations.script(version).strip().replaceFirst(";$", "") + put(after));
    }
    return scripts;
  }

  private static String noteVersion(int version) {
    return "INSERT INTO {schema}.schema_version (version) VALUES (" + version + ")";
  }

  // ---- versions ----

  /** Also the schema itself must be made by one process only. */
  @Override
  public void lock(Connection connection) throws SQLException {
    run(connection, "SELECT pg_advisory_xact_lock(hashtextextended({schema_text}, 20261122))");
    if (!exists(connection, "SELECT 1 FROM pg_namespace WHERE nspname = {schema_text}")) {
      run(connection, "CREATE SCHEMA {schema}");
    }
    run(connection, VERSION_TABLE);
  }

  @Override
  public int version(Connection connection) throws SQLException {
    boolean there =
        exists(
            connection,
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = {schema_text} AND c.relname = 'schema_version'");
    if (!there) {
      return 0;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(put("SELECT max(version) FROM {schema}.schema_version"))) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private boolean exists(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(put(query))) {
      return row.next();
    }
  }

  @Override
  public void run(Connection connection, String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(put(script));
    }
  }

  @Override
  public void setVersion(Connection connection, int version) throws SQLException {
    run(connection, "DELETE FROM {schema}.schema_version");
    run(connection, noteVersion(version));
  }
}
