package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A worker that has lost its connection asks for its claim again, while the server may still be at
 * work on it.
 */
class RepeatedClaimTest {
  private static final ClaimRequest REQUEST =
      new ClaimRequest(
          new ClaimToken("worker", 1),
          1,
          List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 10)),
          Set.of("known"),
          1,
          Duration.ofMinutes(1));

  private final String schema = Server.newSchema();
  private final PostgresStatements statements =
      new PostgresStatements(
          new Schema(schema),
          Clock.of(TimeSource.system()),
          new WakeUpCalls(new WakeUpListeners(), TimeSource.system()));
  private JdbcStore store;
  private Connection lost;

  @BeforeEach
  void open() throws SQLException {
    store = PostgresStore.open(Server.url(schema), TimeSource.system());
    lost = Server.connect();
    lost.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    lost.close();
    store.close();
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  private void insert(int count) {
    var spec = TaskSpec.of("known", "[]");
    store
        .insert(
            Stream.generate(() -> NewTask.first(TaskId.next(Instant.now()), spec, Due.now()))
                .limit(count)
                .toList())
        .join();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void claim_thatIsStillUnderWayWhenItIsRepeated_isMadeOnce(int waiting) throws SQLException {
    insert(waiting);
    List<Claimed> first = statements.claim(Transaction.ofUser(lost), REQUEST);
    var again = store.claim(REQUEST);
    awaitBlockedClaim();
    lost.commit();

    assertThat(again.join()).hasSize(1);
    assertThat(again.join().get(0).task().id()).isEqualTo(first.get(0).task().id());
    assertThat(running()).isEqualTo("1");
  }

  @Test
  void claim_whoseFirstTryFails_takesItsTasksAfterAll() throws SQLException {
    insert(2);
    statements.claim(Transaction.ofUser(lost), REQUEST);
    var again = store.claim(REQUEST);
    awaitBlockedClaim();
    lost.rollback();

    assertThat(again.join()).hasSize(1);
    assertThat(running()).isEqualTo("1");
  }

  private String running() throws SQLException {
    return Server.ask("SELECT count(*) FROM %s.running".formatted(schema));
  }

  private void awaitBlockedClaim() throws SQLException {
    Server.awaitBlocked("\"%s\".claim_tasks".formatted(schema));
  }
}
