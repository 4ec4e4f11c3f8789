package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskType;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** Nodes whose clocks are minutes away from the database's and from each other's. */
@Timeout(120)
class ClockSkewTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration FAST = Duration.ofMinutes(7);
  private static final Duration SLOW = Duration.ofMinutes(-5);

  private final String schema = Server.newSchema();

  /** The clock of a machine that nobody has set right. */
  private record Skewed(Duration by) implements TimeSource {
    @Override
    public Instant now() {
      return TimeSource.system().now().plus(by);
    }

    @Override
    public long nanoTime() {
      return TimeSource.system().nanoTime();
    }

    @Override
    public Alarm schedule(Duration delay, Runnable action) {
      return TimeSource.system().schedule(delay, action);
    }
  }

  private OmniQ node(Duration skew) {
    var time = new Skewed(skew);
    var pool = new PGSimpleDataSource();
    pool.setUrl(Server.url());
    return OmniQ.on(
        PostgresStore.open(
            pool, PostgresOptions.defaults().schema(schema), Clock.ofDatabase(time), time),
        Settings.builder().timeSource(time).build());
  }

  @AfterEach
  void drop() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
  }

  @Test
  void delayedTask_isDueByTheDatabase_whicheverNodeAsksAndWhicheverRunsIt() throws Exception {
    try (OmniQ fast = node(FAST);
        OmniQ slow = node(SLOW)) {
      Duration delay = Duration.ofMillis(800);
      Instant before = databaseNow();
      List<TaskId> ids = new ArrayList<>();
      List<Instant> starts = new ArrayList<>();
      var started = new CompletableFuture<Void>();
      try (Worker worker =
              fast.worker()
                  .handle(
                      WORK,
                      text -> {
                        synchronized (starts) {
                          starts.add(databaseNow());
                          if (starts.size() == 2) {
                            started.complete(null);
                          }
                        }
                      })
                  .start();
          Worker other =
              slow.worker().handle(TaskType.of("other", String.class), t -> {}).start()) {
        ids.add(slow.enqueue(WORK.with("of the slow node").delay(delay)));
        ids.add(fast.enqueue(WORK.with("of the fast node").delay(delay)));
        started.get(60, TimeUnit.SECONDS);
        for (TaskId id : ids) {
          slow.await(id, PATIENCE);
        }
      }

      assertThat(starts).allSatisfy(start -> assertThat(start).isAfter(before.plus(delay)));
      for (TaskId id : ids) {
        Task task = slow.task(id).orElseThrow();
        assertThat(task.plannedAt()).isBetween(before.plus(delay), databaseNow());
        assertThat(task.state().startedAt().orElseThrow())
            .isBetween(task.plannedAt(), databaseNow());
        assertThat(task.state().finishedAt().orElseThrow())
            .isBetween(task.plannedAt(), databaseNow());
      }
    }
  }

  @Test
  void lease_outlivesTheClockOfAFasterNode() throws Exception {
    var runs = new AtomicInteger();
    try (OmniQ fast = node(FAST);
        OmniQ slow = node(SLOW)) {
      var finish = new CompletableFuture<Void>();
      var running = new CompletableFuture<Void>();
      try (Worker holder =
              slow.worker()
                  .lease(LEASE)
                  .handle(
                      WORK,
                      text -> {
                        runs.incrementAndGet();
                        running.complete(null);
                        finish.join();
                      })
                  .start();
          Worker rescuer =
              fast.worker()
                  .lease(LEASE)
                  .handle(TaskType.of("other", String.class), t -> {})
                  .start()) {
        TaskId id = slow.enqueue(WORK.with("x"));
        running.join();
        TaskId later =
            fast.enqueue(TaskType.of("other", String.class).with("x").delay(LEASE.multipliedBy(2)));
        fast.await(later, PATIENCE);
        Task task = fast.task(id).orElseThrow();
        finish.complete(null);

        assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(task.state().losses()).isZero();
        assertThat(fast.await(id, PATIENCE)).isPresent();
        assertThat(runs).hasValue(1);
      }
    }
  }

  @Test
  void timesOfErrors_areTheDatabases() throws Exception {
    try (OmniQ fast = node(FAST);
        Worker worker =
            fast.worker()
                .handle(
                    WORK,
                    text -> {
                      throw new IllegalStateException("always");
                    })
                .start()) {
      Instant before = databaseNow();
      TaskId id = fast.enqueue(WORK.with("x").retry(RetryPolicy.none()));
      fast.await(id, PATIENCE);

      List<TaskError> errors = fast.task(id).orElseThrow().errors();
      assertThat(errors).hasSize(1);
      assertThat(errors.get(0).at()).isBetween(before, databaseNow());
    }
  }

  /** With room for what a store cannot know to the microsecond. */
  private static Instant databaseNow() {
    try {
      return Instant.ofEpochSecond(0, 0)
          .plusNanos(
              Long.parseLong(
                  Server.ask(
                      "SELECT (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint")));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
