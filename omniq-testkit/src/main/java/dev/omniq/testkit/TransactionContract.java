package dev.omniq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a store in a database promises to transactions of programs. A store's test extends this
 * class and says where an empty store is, and how a program connects to the same database. Lives by
 * the real clock, for the workers are real.
 */
public abstract class TransactionContract {
  private static final TaskType<String> WRITE = TaskType.of("write", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String table = "effect_" + UUID.randomUUID().toString().replace("-", "");

  private OmniQ omniq = OmniQ.open("memory:");

  @SuppressWarnings("NullAway.Init") // made before each test
  private Connection connection;

  /** The URL of a store without tasks; called for each test. */
  protected abstract String url();

  /** A connection of a program to the database of that store. */
  protected abstract Connection connect() throws SQLException;

  @BeforeEach
  void open() throws SQLException {
    omniq.close();
    omniq = OmniQ.open(url());
    execute("CREATE TABLE " + table + " (text VARCHAR(100))");
    connection = connect();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    omniq.close();
    execute("DROP TABLE " + table);
  }

  // ---- enqueue ----

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

  // ---- completion ----

  @Test
  void effectAndSuccess_areOneTransaction() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      write(own, "effect");
                      context.completeIn(own, "stored result");
                      own.commit();
                    }))) {
      assertThat(await(id).json()).contains("\"stored result\"");
    }
    assertThat(effects()).containsExactly("effect");
    assertThat(omniq.workers()).allMatch(seen -> seen.running() == 0);
  }

  @Test
  void effect_happensOnce_thoughTheHandlerThrowsAfterItsCommit() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      write(own, "effect");
                      context.completeIn(own);
                      own.commit();
                      throw new IllegalStateException("too late");
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("effect");
  }

  @Test
  void attempt_thatRollsBack_failsWithTheHandlersOwnError_andIsRetried() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      write(own, "attempt " + context.attempt());
                      context.completeIn(own);
                      if (context.attempt() == 1) {
                        own.rollback();
                        throw new IllegalStateException("on purpose");
                      }
                      own.commit();
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("attempt 2");
    assertThat(omniq.task(id).orElseThrow().errors())
        .singleElement()
        .satisfies(error -> assertThat(error.message()).isEqualTo("on purpose"));
  }

  @Test
  void attempt_whoseHandlerForgetsToCommit_failsAsUncommitted() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x").maxRetries(0));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      write(own, "lost");
                      context.completeIn(own);
                      own.rollback();
                    }))) {
      assertThat(await(id).error().orElseThrow().message()).contains("was not committed");
    }
    assertThat(effects()).isEmpty();
  }

  @Test
  void transaction_thatIsOpenWhenTheHandlerReturns_isWaitedFor() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x").maxRetries(0));
    var left = new CompletableFuture<Connection>();
    try (Worker worker =
        worker(
            context -> {
              Connection own = connect();
              own.setAutoCommit(false);
              write(own, "late");
              context.completeIn(own);
              left.complete(own);
            })) {
      try (Connection own = left.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        own.commit();
      }
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("late");
  }

  @Test
  void completion_ofATaskThatWasCancelled_isRefused() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    var started = new CountDownLatch(1);
    var refused = new CompletableFuture<Throwable>();
    try (Worker worker =
        worker(
            context -> {
              started.countDown();
              awaitCancel(context);
              try (Connection own = connect()) {
                own.setAutoCommit(false);
                write(own, "never");
                context.completeIn(own);
              } catch (OmniQException e) {
                refused.complete(e);
              }
            })) {
      assertThat(started.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      omniq.cancel(id);

      assertThat(refused.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .hasMessageContaining("is over");
    }
    assertThat(effects()).isEmpty();
    assertThat(omniq.task(id)).map(Task::status).contains(TaskStatus.CANCELLED);
  }

  @Test
  void completion_again_isRefused_andTheFirstCounts() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    var refused = new CompletableFuture<Throwable>();
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      context.completeIn(own);
                      try {
                        context.completeIn(own);
                      } catch (IllegalStateException e) {
                        refused.complete(e);
                      }
                      own.commit();
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(refused.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).hasMessageContaining("already");
  }

  @Test
  void series_goesOnWithTheTransactionOfItsRun() throws SQLException {
    TaskId first = omniq.enqueue(WRITE.with("x").eta(Instant.EPOCH).interval(PATIENCE));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      context.completeIn(own);
                      own.commit();
                    }))) {
      assertThat(await(first).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(omniq.tasks(TaskQuery.all().series(first).status(TaskStatus.PENDING)))
        .singleElement()
        .satisfies(next -> assertThat(next.run()).isEqualTo(2));
  }

  // ---- words of these tests ----

  /** What a handler does. */
  private interface Body {
    void run(TaskContext context) throws Exception;
  }

  private interface InOwn {
    void run(Connection own) throws Exception;
  }

  private Worker worker(Body body) {
    return omniq
        .worker()
        .concurrency(1)
        .pollInterval(Duration.ofMillis(50))
        .handle(WRITE, text -> body.run(TaskContext.current()))
        .start();
  }

  private void inTransaction(InOwn work) throws Exception {
    try (Connection own = connect()) {
      own.setAutoCommit(false);
      work.run(own);
    }
  }

  private static void awaitCancel(TaskContext context) {
    try {
      new CountDownLatch(1).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      assertThat(context.isCancelled()).isTrue();
    }
  }

  private TaskResult await(TaskId id) {
    Optional<TaskResult> result = omniq.await(id, PATIENCE);
    return result.orElseThrow(() -> new AssertionError("not finished: " + omniq.task(id)));
  }

  private void write(Connection own, String text) throws SQLException {
    try (Statement statement = own.createStatement()) {
      statement.executeUpdate("INSERT INTO " + table + " (text) VALUES ('" + text + "')");
    }
  }

  private void writeAlone(String text) throws SQLException {
    execute("INSERT INTO " + table + " (text) VALUES ('" + text + "')");
  }

  private void execute(String sql) throws SQLException {
    try (Connection own = connect();
        Statement statement = own.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private List<String> effects() throws SQLException {
    try (Connection own = connect();
        Statement statement = own.createStatement();
        ResultSet rows = statement.executeQuery("SELECT text FROM " + table)) {
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }
}
