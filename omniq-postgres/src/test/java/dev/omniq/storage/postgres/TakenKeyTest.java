package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskType;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A unique key that a transaction of a program's has taken, and holds for as long as it likes. */
class TakenKeyTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String schema = Server.newSchema();

  @AfterEach
  void dropSchema() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }

  /** On connections that do not give up by themselves, as those of a store's own pool do. */
  private OmniQ open() {
    var pool = new PGSimpleDataSource();
    pool.setUrl(Server.url());
    var options = PostgresOptions.defaults().schema(schema).listen(false);
    return OmniQ.on(
        PostgresStore.open(pool, options, TimeSource.system()), Settings.builder().build());
  }

  @Test
  void retryOfMany_ontoAKeyOfAnOpenTransaction_holdsUpOtherWritesForAWhileOnly() throws Exception {
    try (OmniQ omniq = open();
        Connection connection = Server.connect()) {
      omniq.cancel(omniq.enqueue(MAIL.with("one").uniqueKey("key")));
      omniq.cancel(omniq.enqueue(MAIL.with("two")));
      connection.setAutoCommit(false);
      omniq.in(connection).enqueue(MAIL.with("three").uniqueKey("key"));

      CompletableFuture<ChangedTasks> retry =
          omniq
              .async()
              .change(TaskChange.RETRY, TaskQuery.all().status(TaskStatus.CANCELLED).limit(10));
      Server.awaitBlocked("UPDATE \"%s\".task".formatted(schema));

      assertThat(omniq.async().enqueue(MAIL.with("four"))).succeedsWithin(PATIENCE);
      assertThat(retry).failsWithin(PATIENCE);
      connection.rollback();
      assertThat(omniq.change(TaskChange.RETRY, TaskQuery.all().status(TaskStatus.CANCELLED)))
          .extracting(ChangedTasks::changed)
          .isEqualTo(2);
    }
  }
}
