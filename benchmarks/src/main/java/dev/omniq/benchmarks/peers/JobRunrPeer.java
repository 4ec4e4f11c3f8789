package dev.omniq.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration.JobRunrConfigurationResult;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.storage.sql.sqlite.SqLiteStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/**
 * JobRunr, with the shortest time between polls that it allows for a database. It keeps the jobs
 * that have succeeded, as it does for 36 hours by itself.
 */
public final class JobRunrPeer implements Peer {
  private static final int WORKERS = 64;
  private static final Duration POLL = Duration.ofSeconds(5);

  private final Database database;
  private final HikariDataSource pool;
  private final StorageProvider storage;
  private final JobRunrConfigurationResult jobRunr;
  private volatile Runs runs = new Runs(0);

  /** What it stores of a task. */
  public record Nothing(int number, String payload) implements JobRequest {
    @Override
    public Class<Handler> getJobRequestHandler() {
      return Handler.class;
    }
  }

  /** What it calls for one. */
  public final class Handler implements JobRequestHandler<Nothing> {
    @Override
    public void run(Nothing task) {
      runs.ran(task.number());
    }
  }

  /** One with its tables in a database that is empty. */
  public JobRunrPeer(Database database) {
    this.database = database;
    pool = database.pool(20);
    // Its factory opens a second connection while it holds one, and there may be only one.
    storage =
        database.connections() == 1
            ? new SqLiteStorageProvider(pool)
            : SqlStorageProviderFactory.using(pool);
    var handler = new Handler();
    jobRunr =
        JobRunr.configure()
            .useJsonMapper(new Jackson3JsonMapper())
            .useStorageProvider(storage)
            .useJobActivator(
                new JobActivator() {
                  @Override
                  public <T> T activateJob(Class<T> type) {
                    return type.cast(handler);
                  }
                })
            .useBackgroundJobServer(
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                    .andWorkerCount(WORKERS)
                    .andPollInterval(POLL),
                false)
            .initialize();
  }

  @Override
  public String description() {
    return "JobRunr 8.7.0 on %s (%d workers, polls each %d s, the least that it allows)"
        .formatted(database, WORKERS, POLL.toSeconds());
  }

  @Override
  public int size() {
    return 6_000;
  }

  private static Nothing task(int number) {
    return new Nothing(number, "payload " + number);
  }

  /** What is due now is enqueued, for what is scheduled waits for the next poll to be so. */
  @Override
  public void enqueue(int number, Instant due) {
    if (due.isAfter(Instant.now())) {
      jobRunr.getJobRequestScheduler().schedule(due, task(number));
    } else {
      jobRunr.getJobRequestScheduler().enqueue(task(number));
    }
  }

  @Override
  public void enqueueAll(int first, int count) {
    jobRunr
        .getJobRequestScheduler()
        .enqueue(IntStream.range(first, first + count).mapToObj(JobRunrPeer::task));
  }

  @Override
  public void start(Runs whatRuns) {
    runs = whatRuns;
    jobRunr.getBackgroundJobServer().start();
  }

  @Override
  public long unfinished() throws SQLException {
    return database.count(pool, "SELECT count(*) FROM jobrunr_jobs WHERE state <> 'SUCCEEDED'");
  }

  @Override
  public void close() {
    jobRunr.getBackgroundJobServer().stop();
    storage.close();
    pool.close();
  }
}
