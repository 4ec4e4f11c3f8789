package dev.omniq.spring;

import dev.omniq.Backend;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.postgres.PostgresOptions;
import dev.omniq.storage.postgres.PostgresStore;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;

/** Opens the queue where the configuration says, and nowhere else. */
final class Queues {
  private final OmniQProperties properties;
  private final UnaryOperator<Settings.Builder> rest;

  /**
   * Opens queues.
   *
   * @param rest adds what is said of the settings outside of the properties
   */
  Queues(OmniQProperties properties, UnaryOperator<Settings.Builder> rest) {
    this.properties = properties;
    this.rest = rest;
  }

  /** In a directory of its own. */
  OmniQ inADirectory() {
    requireUnused("the file store");
    return OmniQ.open(complete(Settings.builder()));
  }

  /** At a URL. */
  OmniQ at(String url) {
    if (Settings.ofUrl(url).build().backend() == Backend.POSTGRES) {
      return OmniQ.open(complete(Settings.ofUrl(withOptions(url))));
    }
    requireUnused("the store " + url);
    return OmniQ.open(complete(Settings.ofUrl(url)));
  }

  /** In the database of the application. */
  OmniQ in(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
      return switch (product) {
        case "PostgreSQL" -> onPostgres(dataSource, connection.getMetaData().getURL());
        case "SQLite" -> onSqlite(fileOf(connection));
        default ->
            throw new OmniQException(
                "the DataSource leads to %s, which cannot hold tasks; set omniq.url, such as"
                        .formatted(product)
                    + " file:omniq_data, to keep them elsewhere");
      };
    } catch (SQLException e) {
      throw new StorageException("the DataSource gives no connection: " + e.getMessage(), e);
    }
  }

  private OmniQ onPostgres(DataSource dataSource, String url) {
    if (!ClassUtils.isPresent("dev.omniq.storage.postgres.PostgresStore", null)) {
      throw new OmniQException(
          "the DataSource leads to PostgreSQL; add the dependency dev.omniq:omniq-postgres, or set"
              + " omniq.url to keep tasks elsewhere");
    }
    Settings settings = complete(Settings.builder().backend(Backend.POSTGRES).dbUrl(url));
    return OmniQ.on(Postgres.open(dataSource, properties, settings), settings);
  }

  private OmniQ onSqlite(String file) {
    requireUnused("SQLite");
    return OmniQ.open(complete(Settings.ofUrl("sqlite:" + file)));
  }

  /** From the database itself, for its URL has many forms. */
  private static String fileOf(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT file FROM pragma_database_list WHERE name = 'main'")) {
      String file = row.next() ? row.getString(1) : "";
      if (file.isEmpty()) {
        throw new OmniQException(
            "the DataSource leads to SQLite in memory, where tasks would not be kept; name a file"
                + " in its URL, or set omniq.url=memory: if that is what is meant");
      }
      return file;
    }
  }

  private Settings complete(Settings.Builder settings) {
    properties.applyTo(settings);
    return rest.apply(settings).build();
  }

  private String withOptions(String url) {
    var options = new StringBuilder(url);
    if (!properties.schema().equals(OmniQProperties.DEFAULT_SCHEMA)) {
      String schema = URLEncoder.encode(properties.schema(), StandardCharsets.UTF_8);
      options.append(separator(options)).append("omniq.schema=").append(schema);
    }
    if (!properties.migrate()) {
      options.append(separator(options)).append("omniq.migrate=false");
    }
    return options.toString();
  }

  private static char separator(StringBuilder url) {
    return url.indexOf("?") < 0 ? '?' : '&';
  }

  private void requireUnused(String store) {
    if (!properties.schema().equals(OmniQProperties.DEFAULT_SCHEMA)) {
      throw notHere("omniq.schema", properties.schema(), store);
    }
    if (!properties.migrate()) {
      throw notHere("omniq.migrate", false, store);
    }
  }

  private static RuntimeException notHere(String property, Object value, String store) {
    return new InvalidConfigurationPropertyValueException(
        property, value, "It is for PostgreSQL, but tasks are kept in " + store + ".");
  }

  /** Loaded only where its module is on the class path. */
  private static final class Postgres {
    private Postgres() {}

    static TaskStore open(DataSource dataSource, OmniQProperties properties, Settings settings) {
      PostgresOptions options =
          PostgresOptions.defaults().schema(properties.schema()).migrate(properties.migrate());
      return PostgresStore.open(dataSource, options, settings.timeSource());
    }
  }
}
