package dev.omniq.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.DurableHome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Stores in a schema of their own, whose connections can be cut as by the death of a process. */
final class PostgresHome implements DurableHome {
  private final String schema = Server.newSchema();
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
      Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
