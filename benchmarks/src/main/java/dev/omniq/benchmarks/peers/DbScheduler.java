package dev.omniq.benchmarks.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;

/** db-scheduler; on PostgreSQL with lock-and-fetch, which it recommends for throughput. */
public final class DbScheduler implements Peer {
  private static final int THREADS = Peer.HANDLERS;

  private final Database database;
  private final HikariDataSource pool;
  private final OneTimeTask<String> nothing;
  private final Scheduler scheduler;
  private volatile Runs runs = new Runs(0);

  /** One with its table in a database that is empty. */
  public DbScheduler(Database database) throws SQLException {
    this.database = database;
    pool = database.pool(20);
    database.execute(
        pool,
        """
        CREATE TABLE scheduled_tasks (
          task_name varchar(100) NOT NULL, task_instance varchar(100) NOT NULL, task_data %s,
          execution_time %s, picked boolean NOT NULL, picked_by varchar(50), last_success %2$s,
          last_failure %2$s, consecutive_failures integer, last_heartbeat %2$s,
          version bigint NOT NULL, priority smallint, state varchar(50),
          PRIMARY KEY (task_name, task_instance))
        """
            .formatted(database.bytes(), database.time()),
        "CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time)",
        "CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)");
    nothing =
        Tasks.oneTime("nothing", String.class)
            .execute((instance, context) -> runs.ran(Integer.parseInt(instance.getId())));
    SchedulerBuilder builder =
        Scheduler.create(pool, nothing).threads(THREADS).pollingInterval(Duration.ofMillis(100));
    scheduler =
        (database.canSkipLocked() ? builder.pollUsingLockAndFetch(1.0, 4.0) : builder).build();
  }

  @Override
  public String description() {
    return "db-scheduler 16.12.0 on %s (%d threads, %s, polls each 100 ms)"
        .formatted(
            database,
            THREADS,
            database.canSkipLocked() ? "lock-and-fetch 1.0/4.0" : "its usual way of polling");
  }

  @Override
  public int size() {
    return database.connections() == 1 ? 8_000 : 20_000;
  }

  private TaskInstance<String> task(int number) {
    return nothing.instance(Integer.toString(number), "payload " + number);
  }

  @Override
  public void enqueue(int number, Instant due) {
    scheduler.schedule(task(number), due);
  }

  @Override
  public void enqueueAll(int first, int count) {
    Instant now = Instant.now();
    scheduler.scheduleBatch(
        IntStream.range(first, first + count).<TaskInstance<?>>mapToObj(this::task).toList(), now);
  }

  @Override
  public void start(Runs whatRuns) {
    runs = whatRuns;
    scheduler.start();
  }

  @Override
  public long unfinished() throws SQLException {
    return database.count(pool, "SELECT count(*) FROM scheduled_tasks");
  }

  @Override
  public void close() {
    scheduler.stop();
    pool.close();
  }
}
