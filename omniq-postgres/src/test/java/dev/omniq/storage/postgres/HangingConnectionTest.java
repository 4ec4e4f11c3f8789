package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that neither answer nor end, as behind a firewall that has forgotten them. */
class HangingConnectionTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String schema = Server.newSchema();

  @AfterEach
  void drop() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
  }

  @Test
  @Timeout(120)
  void connectionsThatHang_areGivenUp_andNothingIsLost() throws Exception {
    try (var proxy = new Proxy(Server.url());
        OmniQ omniq = OmniQ.open(proxy.url(schema) + "&socketTimeout=2");
        Worker worker = omniq.worker().concurrency(4).handle(WORK, text -> {}).start();
        var load = new Load(omniq, WORK)) {
      for (int i = 0; i < 3; i++) {
        load.awaitMore(50);
        assertThat(proxy.hang()).as("connections that hang").isPositive();
      }
      load.awaitMore(50);
      load.end();

      for (TaskId id : load.acknowledged()) {
        assertThat(omniq.await(id, PATIENCE))
            .as("task %s", id)
            .map(TaskResult::status)
            .contains(TaskStatus.SUCCESS);
      }
    }
  }
}
