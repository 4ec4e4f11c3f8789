package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store behind a PgBouncer in transaction mode. Skipped, and counted as skipped, where none is
 * installed; CI installs one.
 */
@Timeout(120)
class PgBouncerTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String schema = Server.newSchema();
  private PgBouncer pooler;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    Optional<Path> program = PgBouncer.program();
    assumeTrue(program.isPresent(), "pgbouncer is not installed");
    pooler = new PgBouncer(program.get(), directory);
  }

  @AfterEach
  void stop() throws SQLException {
    if (pooler != null) {
      pooler.close();
      Server.execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
    }
  }

  @Test
  void withoutListening_processesFindTasksByPolling() throws Exception {
    String url = pooler.url(schema) + "&omniq.listen=false";
    try (OmniQ omniq = OmniQ.open(url);
        OmniQ working = OmniQ.open(url);
        Worker worker =
            working
                .worker()
                .concurrency(4)
                .pollInterval(Duration.ofMillis(20))
                .handle(WORK, text -> {})
                .start()) {
      runAll(omniq, 300);
    }
  }

  @Test
  void withAUrlForListening_processesAreWoken() throws Exception {
    String direct = URLEncoder.encode(Server.url(), StandardCharsets.UTF_8);
    String url = pooler.url(schema) + "&omniq.listenUrl=" + direct;
    try (OmniQ omniq = OmniQ.open(url);
        OmniQ working = OmniQ.open(url);
        Worker worker =
            working
                .worker()
                .pollInterval(Duration.ofMinutes(10))
                .handle(WORK, text -> {})
                .start()) {
      TaskId first = omniq.enqueue(WORK.with("x"));
      assertThat(omniq.await(first, PATIENCE)).isPresent();
      TaskId second = omniq.enqueue(WORK.with("x"));
      assertThat(omniq.await(second, PATIENCE)).isPresent();
    }
  }

  @Test
  void transactionsOfTheProgram_goThroughIt() throws Exception {
    try (OmniQ omniq = OmniQ.open(pooler.url(schema) + "&omniq.listen=false");
        Connection connection = DriverManager.getConnection(pooler.driverUrl())) {
      connection.setAutoCommit(false);
      TaskId gone = omniq.in(connection).enqueue(WORK.with("gone"));
      connection.rollback();
      TaskId there = omniq.in(connection).enqueue(WORK.with("there"));
      connection.commit();

      assertThat(omniq.task(gone)).isEmpty();
      assertThat(omniq.task(there)).isPresent();
    }
  }

  private static void runAll(OmniQ omniq, int count) throws Exception {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < count / 3; i++) {
      ids.add(omniq.enqueue(WORK.with("one")));
    }
    ids.addAll(
        omniq.enqueueAll(
            IntStream.range(ids.size(), count).mapToObj(n -> WORK.with("many")).toList()));
    for (TaskId id : ids) {
      assertThat(omniq.await(id, PATIENCE))
          .as("task %s", id)
          .map(TaskResult::status)
          .contains(TaskStatus.SUCCESS);
    }
  }
}
