package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema that an older library has made, with tasks, under this one. */
class MigrationTest {
  private static final Instant CREATED = Instant.parse("2026-11-23T12:00:00Z");
  private static final TaskId WAITING = drawn(CREATED, 1);
  private static final TaskId FAILED = drawn(CREATED, 2);
  private static final TaskId BROUGHT_ALONG = drawn(CREATED.minus(Duration.ofDays(9)), 3);

  private static TaskId drawn(Instant at, int number) {
    return new TaskId(new UUID(at.toEpochMilli() << 16 | 0x7000, number));
  }

  private final String schema = Server.newSchema();

  @AfterEach
  void drop() throws SQLException {
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  @ParameterizedTest(name = "version {0}")
  @ValueSource(ints = {1, 2, 3})
  void tasksOfAnOlderVersion_areFoundByLabelAndTime(int version) throws SQLException {
    for (String script : PostgresStore.migrations(schema).subList(0, version)) {
      Server.execute(script);
    }
    Server.execute(
        "INSERT INTO %s.lane (queue, name, priority, suspect) VALUES ('default', 'mail', 0, false)"
            .formatted(schema));
    task(WAITING, "PENDING", "'{\"customer\":\"one\",\"colour\":\"red\"}'");
    task(FAILED, "FAILED", "'{\"customer\":\"one\"}'");
    task(BROUGHT_ALONG, "PENDING", "NULL");

    try (TaskStore store =
        PostgresStore.open(Server.url(schema) + "&omniq.listen=false", TimeSource.system())) {
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
      store.delete(List.of(WAITING, BROUGHT_ALONG)).join();
      assertThat(list(store, all.label("colour", "red"))).isEmpty();
      assertThat(Server.ask("SELECT count(*) FROM " + schema + ".stray")).isEqualTo("0");
    }
  }

  private static List<TaskId> list(TaskStore store, TaskQuery query) {
    return store.list(query).join().stream().map(Task::id).toList();
  }

  private void task(TaskId id, String status, String labels) throws SQLException {
    Server.execute(
        """
        WITH new AS (
          INSERT INTO %1$s.task (
            id, seq, lane, name, queue, priority, arguments, labels, recurring, series_id, run,
            created_at, planned_at, status, revision, due_at, attempt, losses, finished_at, detached)
          SELECT '%2$s', nextval('%1$s.task_seq'), l.id, l.name, l.queue, 0, '[]', %3$s, false,
            '%2$s', 1, %4$d, %4$d, '%5$s', 1, %4$d, 0, 0, %6$s, false
          FROM %1$s.lane l
          RETURNING *
        ),
        counted AS (
          INSERT INTO %1$s.counter (queue, name, status, n)
          SELECT queue, name, status, 1 FROM new
        )
        INSERT INTO %1$s.ready (lane, rank, seq, task)
        SELECT lane, due_at, seq, id FROM new WHERE status = 'PENDING'
        """
            .formatted(
                schema,
                id,
                labels,
                Times.toMicros(CREATED),
                status,
                status.equals("PENDING") ? "NULL" : Times.toMicros(CREATED)));
  }
}
