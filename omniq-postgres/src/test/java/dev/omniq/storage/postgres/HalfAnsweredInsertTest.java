package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Inserted;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tasks of several callers that one statement has stored, when it cannot be found out what was in
 * the way of the others: here, since the function that tells fails.
 */
class HalfAnsweredInsertTest {
  private static final TaskSpec FREE = TaskSpec.of("work", "[]");
  private static final TaskSpec KEYED = FREE.toBuilder().uniqueKey(Optional.of("key")).build();

  private final String schema = Server.newSchema();
  private final Semaphore woken = new Semaphore(0);
  private JdbcStore store;
  private Connection other;

  @BeforeEach
  void open() throws SQLException {
    store = PostgresStore.open(Server.url(schema) + "&omniq.listen=false", TimeSource.system());
    store.insert(List.of(task(KEYED))).join();
    Server.execute(
        """
        CREATE OR REPLACE FUNCTION %s.holder(of_queue text, of_key text) RETURNS uuid
        LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RAISE 'it cannot be told'; END $$
        """
            .formatted(schema));
    store.subscribe(
        new WakeUps.Listener() {
          @Override
          public void due() {
            woken.release();
          }

          @Override
          public void revoked(List<ClaimToken> tokens) {}
        });
    other = Server.connect();
    other.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    other.close();
    store.close();
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  private static NewTask task(TaskSpec spec) {
    return NewTask.first(TaskId.next(Instant.now()), spec, Due.now());
  }

  @Test
  void tasks_areOfUnknownOutcome_andWorkersAreWoken() throws SQLException {
    NewTask free = task(FREE);
    NewTask keyed = task(KEYED);
    lockTasks();
    var before = store.delete(List.of(task(FREE).id()));
    Server.awaitBlocked("\"%s\".task".formatted(schema));
    CompletableFuture<List<Inserted>> stored = store.insert(List.of(free));
    CompletableFuture<List<Inserted>> refused = store.insert(List.of(keyed));
    other.commit();
    before.join();

    assertUnknown(stored, free);
    assertUnknown(refused, keyed);
    assertThat(store.find(free.id()).join()).isPresent();
    assertThat(store.find(keyed.id()).join()).isEmpty();
    assertThat(woken.tryAcquire()).as("what was stored may be due").isTrue();
  }

  private static void assertUnknown(CompletableFuture<List<Inserted>> answer, NewTask task) {
    assertThatThrownBy(answer::join)
        .cause()
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            unknown -> assertThat(unknown.taskIds()).containsExactly(task.id()))
        .hasMessageContaining("it cannot be told")
        .hasMessageNotContaining("nothing was changed");
  }

  private void lockTasks() throws SQLException {
    try (Statement statement = other.createStatement()) {
      statement.execute("LOCK TABLE %s.task IN ACCESS EXCLUSIVE MODE".formatted(schema));
    }
  }
}
