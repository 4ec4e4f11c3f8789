package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A user's transaction that goes on seeing what was there when it began. */
class RepeatableReadTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  private final String schema = Server.newSchema();

  @AfterEach
  void dropSchema() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }

  @Test
  void key_whoseHolderHasEndedMeanwhile_isTakenOnce_andThenHeld() throws SQLException {
    try (OmniQ omniq = OmniQ.open(Server.url(schema));
        Connection connection = Server.connect()) {
      TaskId before = omniq.enqueue(MAIL.with("x").uniqueKey("one"));
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.createStatement().executeQuery("SELECT 1 FROM " + schema + ".task");
      omniq.cancel(before);

      TaskId id = omniq.in(connection).enqueue(MAIL.with("y").uniqueKey("one"));
      var again = omniq.in(connection).enqueueIfAbsent(MAIL.with("z").uniqueKey("one"));
      connection.commit();

      assertThat(again.created()).isFalse();
      assertThat(omniq.task(id)).isPresent();
    }
  }
}
