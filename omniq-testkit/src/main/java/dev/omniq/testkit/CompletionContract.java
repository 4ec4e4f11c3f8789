package dev.omniq.testkit;

import static dev.omniq.task.TaskListener.Kind.CANCELLED;
import static dev.omniq.task.TaskListener.Kind.ENQUEUED;
import static dev.omniq.task.TaskListener.Kind.STARTED;
import static dev.omniq.task.TaskListener.Kind.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What completes in a transaction of its handler's: the task with its effect, exactly once. */
abstract class CompletionContract extends TransactionFixture {

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
  void run_thatEndsItsSeries_doesSoInTheTransactionThatCompletesIt() {
    TaskId id = omniq.enqueue(WRITE.with("x").delay(Duration.ZERO).interval(Duration.ofDays(1)));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      context.endSeries();
                      context.completeIn(own);
                      assertThatThrownBy(context::endSeries)
                          .isInstanceOf(IllegalStateException.class);
                      own.commit();
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(omniq.tasks(TaskQuery.all().series(id))).hasSize(1);
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
  void task_isListedAsFinished_beforeItsHandlerHasReturned() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    var waitingOrDone = TaskQuery.all().status(TaskStatus.PENDING, TaskStatus.SUCCESS);
    var listed = new CompletableFuture<List<TaskId>>();
    try (Worker worker =
        worker(
            context -> {
              inTransaction(
                  own -> {
                    context.completeIn(own);
                    own.commit();
                  });
              listed.complete(omniq.tasks(waitingOrDone).stream().map(Task::id).toList());
            })) {
      assertThat(listed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).containsExactly(id);
      await(id);
    }
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

  @Test
  void completion_afterSnooze_isRefused() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    var refused = new CompletableFuture<Throwable>();
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      if (refused.isDone()) {
                        return;
                      }
                      context.snooze(Duration.ofMillis(1));
                      try {
                        context.completeIn(own);
                      } catch (IllegalStateException e) {
                        refused.complete(e);
                      }
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(refused.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).hasMessageContaining("snooze");
  }

  @Test
  void completion_thatIsRefusedForItsConnection_canBeTriedWithAnother() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      try (Connection automatic = connect()) {
                        assertThatThrownBy(() -> context.completeIn(automatic))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("autocommit");
                      }
                      write(own, "effect");
                      context.completeIn(own);
                      own.commit();
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("effect");
    assertThat(omniq.task(id).orElseThrow().attempt()).isEqualTo(1);
  }

  @Test
  void timeout_afterTheCommit_changesNothing() throws SQLException {
    TaskId id = omniq.enqueue(WRITE.with("x").timeout(Duration.ofSeconds(1)));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      write(own, "effect");
                      context.completeIn(own);
                      own.commit();
                      new CountDownLatch(1).await(); // until the interrupt
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(heardOf(id)).endsWith(STARTED, SUCCEEDED);
    assertThat(effects()).containsExactly("effect");
  }

  @Test
  @SuppressWarnings("FutureReturnValueIgnored") // the worker takes it
  void stageThatFailsAfterTheCommit_changesNothing() throws SQLException {
    TaskType<String> stage = TaskType.of("stage", String.class);
    TaskId id = omniq.enqueue(stage.with("x").maxRetries(0));
    try (Worker worker =
        omniq
            .worker()
            .pollInterval(Duration.ofMillis(50))
            .handleReturning(
                stage,
                text -> {
                  TaskContext context = TaskContext.current();
                  inTransaction(
                      own -> {
                        write(own, "effect");
                        context.completeIn(own);
                        own.commit();
                      });
                  return CompletableFuture.failedFuture(new IllegalStateException("too late"));
                })
            .start()) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    assertThat(effects()).containsExactly("effect");
  }

  @Test
  void listeners_hearOfTheSuccessAndOfTheNextRun_whenItHasCommitted() throws SQLException {
    TaskId first = omniq.enqueue(WRITE.with("x").eta(Instant.EPOCH).interval(PATIENCE));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      context.completeIn(own);
                      assertThat(heardOf(first)).doesNotContain(SUCCEEDED);
                      own.commit();
                    }))) {
      assertThat(await(first).status()).isEqualTo(TaskStatus.SUCCESS);
    }
    TaskId next = omniq.tasks(TaskQuery.all().status(TaskStatus.PENDING)).get(0).id();
    assertThat(heardOf(first)).containsExactly(ENQUEUED, STARTED, SUCCEEDED);
    assertThat(heardOf(next)).containsExactly(ENQUEUED);
  }

  @Test
  void listeners_hearOfNoSuccess_whenTheTaskWasCancelledAfterTheRollback() throws Exception {
    TaskId id = omniq.enqueue(WRITE.with("x"));
    try (Worker worker =
        worker(
            context ->
                inTransaction(
                    own -> {
                      context.completeIn(own);
                      own.rollback();
                      omniq.cancel(id);
                    }))) {
      assertThat(await(id).status()).isEqualTo(TaskStatus.CANCELLED);
    }
    assertThat(heardOf(id)).containsExactly(ENQUEUED, STARTED, CANCELLED);
  }

  @Test
  void value_thatTheHandlerReturns_isNotUsed() throws SQLException {
    TaskType<String> speaking = TaskType.of("speaking", String.class);
    TaskId id = omniq.enqueue(speaking.with("x"));
    try (Worker worker =
        omniq
            .worker()
            .pollInterval(Duration.ofMillis(50))
            .handleReturning(
                speaking,
                text -> {
                  inTransaction(
                      own -> {
                        TaskContext.current().completeIn(own, "stored");
                        own.commit();
                      });
                  return "returned";
                })
            .start()) {
      assertThat(await(id).json()).contains("\"stored\"");
    }
  }
}
