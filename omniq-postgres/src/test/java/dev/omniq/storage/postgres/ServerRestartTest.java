package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of this test's own that is stopped and started again while tasks come and run. */
class ServerRestartTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ACKNOWLEDGED_BETWEEN = 50;

  @TempDir Path directory;

  /** A server that is stopped and started by its own tool, and keeps data and port. */
  private static final class OwnServer implements AutoCloseable {
    private final Path data;
    private final EmbeddedPostgres server;

    OwnServer(Path data) throws IOException {
      this.data = data;
      server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("full_page_writes", "on")
              .setDataDirectory(data)
              .start();
    }

    String url() {
      return server.getJdbcUrl("postgres", "postgres");
    }

    /**
     * Stops it and starts it again.
     *
     * @param mode {@code fast} ends connections and writes a checkpoint, {@code immediate} quits as
     *     in a crash, so that the start replays the log
     */
    void restart(String mode) throws Exception {
      long postmaster = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
      Path program = Path.of(ProcessHandle.of(postmaster).orElseThrow().info().command().get());
      List<String> command = new ArrayList<>();
      if (System.getProperty("user.name").equals("root")) {
        // PostgreSQL refuses to be run by root, so root takes off its rights, as the start did.
        command.addAll(List.of("unshare", "-U"));
      }
      command.addAll(List.of(program.resolveSibling("pg_ctl").toString(), "restart", "-w"));
      command.addAll(List.of("-D", data.toString(), "-m", mode));
      command.addAll(List.of("-l", data.resolveSibling("log").toString()));
      Process restart = new ProcessBuilder(command).inheritIO().start();
      assertThat(restart.waitFor()).as("exit code of the restart").isZero();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  @Test
  @Timeout(300)
  void serverThatIsRestartedAndCrashesUnderLoad_losesNothing() throws Exception {
    Map<TaskId, AtomicInteger> runs = new ConcurrentHashMap<>();
    try (var server = new OwnServer(directory.resolve("data"));
        OmniQ omniq = OmniQ.open(server.url());
        OmniQ elsewhere = OmniQ.open(server.url());
        Worker worker =
            elsewhere
                .worker()
                .concurrency(4)
                .handle(
                    WORK,
                    text ->
                        runs.computeIfAbsent(
                                TaskContext.current().taskId(), id -> new AtomicInteger())
                            .incrementAndGet())
                .start();
        var load = new Load(omniq, WORK)) {
      load.awaitMore(ACKNOWLEDGED_BETWEEN);
      for (int i = 0; i < 2; i++) {
        server.restart("fast");
        load.awaitMore(ACKNOWLEDGED_BETWEEN);
        server.restart("immediate");
        load.awaitMore(ACKNOWLEDGED_BETWEEN);
      }
      load.end();

      assertThat(load.refused()).as("calls that met a server that was down").isPositive();
      for (TaskId id : load.acknowledged()) {
        assertThat(omniq.await(id, PATIENCE))
            .as("task %s", id)
            .map(TaskResult::status)
            .contains(TaskStatus.SUCCESS);
        assertThat(runs).containsKey(id);
      }
    }
  }
}
