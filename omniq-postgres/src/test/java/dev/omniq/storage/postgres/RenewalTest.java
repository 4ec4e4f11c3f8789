package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A renewal passes over claims that others have locked; a worker's own notes are none of those. */
class RenewalTest {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final String schema = Server.newSchema();

  @AfterEach
  void dropSchema() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }

  @Test
  void extend_behindANoteThatWaits_waitsForIt_andRenews() throws SQLException {
    try (JdbcStore store =
            PostgresStore.open(Server.url(schema) + "&omniq.listen=false", TimeSource.system());
        Connection other = Server.connect()) {
      Claimed claimed = start(store);
      other.setAutoCommit(false);
      other.createStatement().execute("SELECT 1 FROM %s.running FOR UPDATE".formatted(schema));

      CompletableFuture<List<Applied>> noted =
          store.annotate(List.of(new Annotation(claimed.task().id(), claimed.token(), Notes.NONE)));
      Server.awaitBlocked("UPDATE \"%s\".running".formatted(schema));
      CompletableFuture<List<Applied>> renewed =
          store.extend(new LeaseExtension("worker", List.of(claimed.token()), LEASE));
      other.rollback();

      assertThat(noted.join()).containsExactly(Applied.APPLIED);
      assertThat(renewed.join()).containsExactly(Applied.APPLIED);
      assertThat(Server.ask("SELECT extensions FROM %s.running".formatted(schema))).isEqualTo("1");
    }
  }

  private static Claimed start(JdbcStore store) {
    NewTask task = NewTask.first(TaskId.next(Instant.now()), TaskSpec.of("known", "[]"), Due.now());
    store.insert(List.of(task)).join();
    var request =
        new ClaimRequest(
            new ClaimToken("worker", 1),
            1,
            List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 1)),
            Set.of("known"),
            0,
            LEASE);
    return store.claim(request).join().get(0);
  }
}
