package dev.omniq.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;
import org.quartz.impl.jdbcjobstore.StdJDBCDelegate;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * Quartz with its tables in a database: a task is a trigger of one job that stays, so that there is
 * no job to store and delete beside it. Triggers are taken in batches.
 */
public final class QuartzPeer implements Peer {
  private static final int THREADS = 64;

  private final Database database;
  private final HikariDataSource pool;
  private final Scheduler scheduler;
  private final JobDetail nothing =
      JobBuilder.newJob(Nothing.class).withIdentity("nothing").storeDurably().build();
  private volatile Runs runs = new Runs(0);

  /** What it calls for a task. */
  public final class Nothing implements Job {
    @Override
    public void execute(JobExecutionContext context) {
      runs.ran(Integer.parseInt(context.getTrigger().getKey().getName()));
    }
  }

  /** One with its tables in a database that is empty. */
  public QuartzPeer(Database database) throws Exception {
    this.database = database;
    pool = database.pool(THREADS + 2);
    database.execute(pool, tables(database.canSkipLocked() ? "postgres" : "h2"));
    String name = "peer " + UUID.randomUUID();
    DBConnectionManager.getInstance().addConnectionProvider(name, new Pool(pool));
    scheduler = new StdSchedulerFactory(settings(name)).getScheduler();
    var job = new Nothing();
    scheduler.setJobFactory((bundle, unused) -> job);
    scheduler.addJob(nothing, false);
  }

  private static String tables(String kind) throws IOException {
    String name = "tables_" + kind + ".sql";
    try (InputStream script = JobStoreTX.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Properties settings(String name) {
    var settings = new Properties();
    settings.putAll(
        Map.of(
            "org.quartz.scheduler.instanceName",
            name,
            "org.quartz.scheduler.batchTriggerAcquisitionMaxCount",
            Integer.toString(THREADS),
            "org.quartz.threadPool.threadCount",
            Integer.toString(THREADS),
            "org.quartz.jobStore.class",
            JobStoreTX.class.getName(),
            "org.quartz.jobStore.driverDelegateClass",
            (database.canSkipLocked() ? PostgreSQLDelegate.class : StdJDBCDelegate.class).getName(),
            "org.quartz.jobStore.dataSource",
            name,
            "org.quartz.jobStore.isClustered",
            "false",
            "org.quartz.jobStore.acquireTriggersWithinLock",
            "true",
            "org.quartz.jobStore.useProperties",
            "true"));
    return settings;
  }

  @Override
  public String description() {
    return "Quartz 2.5.2 on %s (%d threads, JobStoreTX, takes %d triggers at a time within a lock)"
        .formatted(database, THREADS, THREADS);
  }

  @Override
  public int size() {
    return database.canSkipLocked() ? 2_000 : 6_000;
  }

  private Trigger trigger(int number, Instant due) {
    return TriggerBuilder.newTrigger()
        .withIdentity(Integer.toString(number))
        .forJob(nothing)
        .usingJobData("payload", "payload " + number)
        .startAt(Date.from(due))
        .build();
  }

  @Override
  public void enqueue(int number, Instant due) {
    try {
      scheduler.scheduleJob(trigger(number, due));
    } catch (SchedulerException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void enqueueAll(int first, int count) {
    Instant now = Instant.now();
    Set<Trigger> triggers =
        IntStream.range(first, first + count)
            .mapToObj(number -> trigger(number, now))
            .collect(Collectors.toSet());
    try {
      scheduler.scheduleJobs(Map.of(nothing, triggers), true);
    } catch (SchedulerException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void start(Runs whatRuns) throws SchedulerException {
    runs = whatRuns;
    scheduler.start();
  }

  @Override
  public long unfinished() throws SQLException {
    return database.count(pool, "SELECT count(*) FROM qrtz_triggers");
  }

  @Override
  public void close() throws SchedulerException {
    scheduler.shutdown(true);
    pool.close();
  }

  /** Hands connections to Quartz; they are closed with the peer. */
  private record Pool(HikariDataSource pool) implements ConnectionProvider {
    @Override
    public Connection getConnection() throws SQLException {
      return pool.getConnection();
    }

    @Override
    public void initialize() {}

    @Override
    public void shutdown() {}
  }
}
