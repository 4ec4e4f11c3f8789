package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that an older library has made, with tasks, under this one. */
class MigrationTest {
  private static final Instant CREATED = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TaskId WAITING = drawn(CREATED, 1);
  private static final TaskId FAILED = drawn(CREATED, 2);
  private static final TaskId BROUGHT_ALONG = drawn(CREATED.minus(Duration.ofDays(9)), 3);

  private static TaskId drawn(Instant at, int number) {
    return new TaskId(new UUID(at.toEpochMilli() << 16 | 0x7000, number));
  }

  @TempDir Path directory;

  @ParameterizedTest(name = "version {0}")
  @ValueSource(ints = {1, 2, 3, 5})
  void tasksOfAnOlderVersion_areFoundByLabelAndTime(int version) throws Exception {
    make(version);

    try (TaskStore store = open()) {
      TaskQuery all = TaskQuery.all();
      assertThat(list(store, all)).containsExactly(FAILED, WAITING, BROUGHT_ALONG);
      assertThat(list(store, all.label("customer", "one"))).containsExactly(FAILED, WAITING);
      assertThat(list(store, all.label("colour", "red"))).containsExactly(WAITING);
      assertThat(list(store, all.label("customer", "one").status(TaskStatus.FAILED)))
          .containsExactly(FAILED);
      assertThat(list(store, all.created(CREATED, CREATED.plusSeconds(1))))
          .containsExactly(FAILED, WAITING, BROUGHT_ALONG);
      assertThat(list(store, all.created(CREATED.plusSeconds(1), CREATED.plusSeconds(9))))
          .isEmpty();
      assertThat(waiting(store)).isEqualTo(2);
      if (version >= 2) {
        assertThat(store.changes(6, 10).join().last()).as("positions go on").isEqualTo(7);
      }
      store.delete(List.of(WAITING)).join();
      assertThat(waiting(store)).isEqualTo(1);
      assertThat(list(store, all.label("colour", "red"))).isEmpty();
    }
  }

  @Test
  void open_whileAnotherWrites_waitsForIt() throws Exception {
    make(5);
    CompletableFuture<Void> opening;
    try (Connection other = connect();
        Statement statement = other.createStatement()) {
      statement.executeUpdate("BEGIN IMMEDIATE");
      opening = CompletableFuture.runAsync(() -> open().close());
      assertThatThrownBy(() -> opening.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      statement.executeUpdate("COMMIT");
    }

    assertThat(opening).succeedsWithin(PATIENCE);
  }

  @Test
  void open_byFourAtOnce_succeedsForEach() throws Exception {
    make(5);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    var together = new CyclicBarrier(4);
    Callable<Integer> open =
        () -> {
          together.await();
          try (TaskStore store = open()) {
            return store.list(TaskQuery.all()).join().size();
          }
        };
    try {
      for (Future<Integer> each : threads.invokeAll(Collections.nCopies(4, open))) {
        assertThat(each.get()).isEqualTo(3);
      }
    } finally {
      threads.shutdown();
    }
  }

  private TaskStore open() {
    return SqliteStore.open("sqlite:" + file(), TimeSource.system());
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  private Path file() {
    return directory.resolve("omniq.db");
  }

  private void make(int version) throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      for (int each = 1; each <= version; each++) {
        statement.executeUpdate(script(each));
      }
      statement.executeUpdate("CREATE TABLE omniq_schema (version INTEGER NOT NULL)");
      statement.executeUpdate("INSERT INTO omniq_schema VALUES (" + version + ")");
      fill(statement, version);
    }
  }

  private static long waiting(TaskStore store) {
    return store.stats().join().queues().get("default").byStatus().get(TaskStatus.PENDING);
  }

  private static List<TaskId> list(TaskStore store, TaskQuery query) {
    return store.list(query).join().stream().map(Task::id).toList();
  }

  private static String script(int version) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SqliteStore.class.getResourceAsStream(version + ".sql"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void fill(Statement statement, int version) throws SQLException {
    statement.executeUpdate("INSERT INTO omniq_lane VALUES (1, 'default', 'mail', 0, 0)");
    String lane = version >= 3 ? ", lane" : "";
    task(statement, lane, 1, WAITING, "PENDING", "'{\"customer\":\"one\",\"colour\":\"red\"}'");
    task(statement, lane, 2, FAILED, "FAILED", "'{\"customer\":\"one\"}'");
    task(statement, lane, 3, BROUGHT_ALONG, "PENDING", "NULL");
    if (version >= 4) {
      statement.executeUpdate("UPDATE omniq_task SET stray = 1 WHERE seq = 3");
    }
    if (version >= 2) {
      statement.executeUpdate(
          "INSERT INTO omniq_change VALUES (7, 0, 1, NULL, '[[\"%s\",\"mail\",\"PENDING\"]]')"
              .formatted(WAITING));
    }
    statement.executeUpdate(
        "INSERT INTO omniq_ready SELECT 1, due_at, seq FROM omniq_task WHERE status = 'PENDING'");
    statement.executeUpdate(
        "INSERT INTO omniq_counter SELECT queue, name, status, count(*) FROM omniq_task"
            + " GROUP BY queue, name, status");
  }

  private static void task(
      Statement statement, String lane, int seq, TaskId id, String status, String labels)
      throws SQLException {
    statement.executeUpdate(
        """
        INSERT INTO omniq_task (
          seq, id, name, queue, priority, arguments, labels, recurring, series_id, run, created_at,
          planned_at, status, revision, due_at, attempt, losses, finished_at, detached%7$s)
        VALUES (%1$d, x'%2$s', 'mail', 'default', 0, '[]', %3$s, 0, x'%2$s', 1, %4$d, %4$d, '%5$s',
          1, %4$d, 0, 0, %6$s, 0%8$s)
        """
            .formatted(
                seq,
                id.toString().replace("-", ""),
                labels,
                Times.toMicros(CREATED),
                status,
                status.equals("PENDING") ? "NULL" : Times.toMicros(CREATED),
                lane,
                lane.isEmpty() ? "" : ", 1"));
  }
}
