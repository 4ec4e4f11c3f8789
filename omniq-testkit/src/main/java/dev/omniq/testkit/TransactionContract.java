package dev.omniq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What a store in a database promises to transactions of programs. A store's test extends this
 * class and says where an empty store is, and how a program connects to the same database.
 */
public abstract class TransactionContract extends CompletionContract {

  /** {@link dev.omniq.storage.Transactional}, as the queue uses it. */
  @Nested
  class Store extends TransactionalContract {
    Store() {
      super(TransactionContract.this::url, TransactionContract.this::connect);
    }
  }

  @Test
  void task_isThere_whenTheTransactionCommits() throws SQLException {
    write(connection, "order");
    TaskId id = omniq.in(connection).enqueue(WRITE.with("x"));
    assertThat(omniq.task(id)).isEmpty();

    connection.commit();

    assertThat(omniq.task(id)).map(Task::status).contains(TaskStatus.PENDING);
    assertThat(effects()).containsExactly("order");
  }

  @Test
  void task_neverWas_whenTheTransactionRollsBack() throws SQLException {
    TaskId id = omniq.in(connection).enqueue(WRITE.with("x"));
    List<TaskId> more = omniq.in(connection).enqueueAll(List.of(WRITE.with("y"), WRITE.with("z")));

    connection.rollback();

    assertThat(more).hasSize(2);
    assertThat(omniq.task(id)).isEmpty();
    assertThat(omniq.tasks(TaskQuery.all())).isEmpty();
    assertThat(omniq.stats().queues()).isEmpty();
  }

  @Test
  void task_runs_whenTheTransactionHasCommitted() throws SQLException {
    try (Worker worker = worker(context -> writeAlone("ran"))) {
      TaskId id = omniq.in(connection).enqueue(WRITE.with("x"));
      connection.commit();

      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("ran");
  }

  @Test
  void task_thatIsEnqueuedQuietly_isFoundByPolling() throws SQLException {
    try (Worker worker = worker(context -> {})) {
      TaskId id = omniq.in(connection).quietly().enqueue(WRITE.with("x"));
      connection.commit();

      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
  }

  @Test
  void key_thatIsHeld_isToldInTheTransaction() throws SQLException {
    TaskId holder = omniq.enqueue(WRITE.with("x").uniqueKey("one").delay(PATIENCE));

    var again = omniq.in(connection).enqueueIfAbsent(WRITE.with("y").uniqueKey("one"));
    connection.commit();

    assertThat(again.created()).isFalse();
    assertThat(again.id()).isEqualTo(holder);
  }

  @Test
  void connection_withoutATransaction_isRefused() throws SQLException {
    connection.setAutoCommit(true);

    assertThatThrownBy(() -> omniq.in(connection).enqueue(WRITE.with("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("autocommit")
        .hasMessageContaining("setAutoCommit(false)");
    assertThat(omniq.tasks(TaskQuery.all())).isEmpty();
  }

  @Test
  void connection_thatIsClosed_isRefused() throws SQLException {
    connection.close();

    assertThatThrownBy(() -> omniq.in(connection).enqueue(WRITE.with("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("closed");
  }
}
