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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stores in a schema of their own, whose connections can be cut as by the death of a process. To
 * make a schema, and to connect to it, takes longer than most tests: the next home uses both again,
 * without the rows.
 */
final class PostgresHome implements DurableHome {
  private static final Queue<Place> EMPTY = new ConcurrentLinkedQueue<>();
  private static final AtomicInteger LIVES = new AtomicInteger();

  private final Place place = Objects.requireNonNullElseGet(EMPTY.poll(), Place::make);
  private final List<Life> lives = new ArrayList<>();

  /** A schema without rows, and connections that nothing uses. */
  private record Place(String schema, Life life) {
    static Place make() {
      String schema = Server.newSchema();
      return new Place(schema, Life.begin(schema));
    }
  }

  /** The connections of a process, which the server knows by a name. */
  private record Life(HikariDataSource pool, String name) {
    static Life begin(String schema) {
      String name = schema + "_" + LIVES.incrementAndGet();
      var config = new HikariConfig();
      config.setJdbcUrl(Server.url());
      config.setMaximumPoolSize(3);
      config.setMinimumIdle(0);
      config.setAutoCommit(false); // as some programs have it; a store must not depend on it
      config.addDataSourceProperty("ApplicationName", name);
      // Processes die here, never the server: what it has committed stays, on the disk or not yet.
      config.addDataSourceProperty("options", "-c synchronous_commit=off");
      return new Life(new HikariDataSource(config), name);
    }

    boolean isUsable() {
      return !pool.isClosed() && pool.getHikariPoolMXBean().getActiveConnections() == 0;
    }
  }

  @Override
  public TaskStore open(TimeSource time) {
    lives.add(lives.isEmpty() ? place.life() : Life.begin(place.schema()));
    return PostgresStore.open(
        latest().pool(), PostgresOptions.defaults().schema(place.schema()), time);
  }

  private Life latest() {
    return lives.get(lives.size() - 1);
  }

  @Override
  public Leases leases() {
    return Leases.ANEW;
  }

  /** What a process leaves when it dies is what it has committed until the server notices. */
  @Override
  public Loss crash(TaskStore store) {
    latest().pool().close();
    String left =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity, pg_sleep(0.005)"
            + " WHERE application_name = '"
            + latest().name()
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
    Life usable = latest().isUsable() ? latest() : Life.begin(place.schema());
    lives.stream().filter(life -> life != usable).forEach(life -> life.pool().close());
    try {
      empty();
      EMPTY.add(new Place(place.schema(), usable));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows are few: to delete them takes less time than to truncate, which makes files anew. */
  private void empty() throws SQLException {
    Server.execute(
        """
        DO $$
          DECLARE
            made text;
          BEGIN
            SET LOCAL synchronous_commit = off;
            FOR made IN SELECT tablename FROM pg_tables
              WHERE schemaname = '{schema}' AND tablename NOT IN ('schema_version', 'pruned')
            LOOP
              EXECUTE format('DELETE FROM {schema}.%I', made);
            END LOOP;
            PERFORM setval(format('{schema}.%I', sequencename)::regclass, start_value, false)
              FROM pg_sequences WHERE schemaname = '{schema}';
            UPDATE {schema}.pruned SET position = 0;
          END
        $$"""
            .replace("{schema}", place.schema()));
  }
}
