package dev.omniq.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.DurableHome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stores in a schema of their own, whose connections can be cut as by the death of a process. To
 * make a schema takes longer than most tests, so the next home uses it again, without its rows.
 */
final class PostgresHome implements DurableHome {
  private static final Queue<String> EMPTY_SCHEMAS = new ConcurrentLinkedQueue<>();

  private final String schema =
      Objects.requireNonNullElseGet(EMPTY_SCHEMAS.poll(), Server::newSchema);
  private final List<HikariDataSource> pools = new ArrayList<>();

  @Override
  public TaskStore open(TimeSource time) {
    var config = new HikariConfig();
    config.setJdbcUrl(Server.url());
    config.setMaximumPoolSize(3);
    config.setMinimumIdle(0);
    config.setAutoCommit(false); // as some programs have it; a store must not depend on it
    config.addDataSourceProperty("ApplicationName", name(pools.size()));
    pools.add(new HikariDataSource(config));
    return PostgresStore.open(
        pools.get(pools.size() - 1), PostgresOptions.defaults().schema(schema), time);
  }

  private String name(int life) {
    return schema + "_" + life;
  }

  @Override
  public Leases leases() {
    return Leases.ANEW;
  }

  /** What a process leaves when it dies is what it has committed until the server notices. */
  @Override
  public Loss crash(TaskStore store) {
    int life = pools.size() - 1;
    pools.get(life).close();
    String left =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity, pg_sleep(0.005)"
            + " WHERE application_name = '"
            + name(life)
            + "'";
    try {
      while (!Server.ask(left).equals("0")) {
        Thread.onSpinWait();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    store.close();
    return Loss.UNANSWERED;
  }

  @Override
  public void demolish() {
    pools.forEach(HikariDataSource::close);
    try {
      empty();
      EMPTY_SCHEMAS.add(schema);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void empty() throws SQLException {
    String tables =
        Server.ask(
            "SELECT string_agg(schemaname || '.' || tablename, ', ') FROM pg_tables"
                + " WHERE schemaname = '"
                + schema
                + "' AND tablename NOT IN ('schema_version', 'pruned')");
    if (!tables.equals("null")) {
      Server.execute(
          "TRUNCATE %s RESTART IDENTITY; UPDATE %s.pruned SET position = 0"
              .formatted(tables, schema));
    }
  }
}
