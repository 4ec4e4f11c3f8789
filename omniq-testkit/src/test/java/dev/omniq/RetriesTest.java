package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OmniQException;
import dev.omniq.task.OmniTask;
import dev.omniq.task.PermanentFailureException;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskFailedException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskNotFinishedException;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class RetriesTest extends OmniQFixture {
  private static final AtomicInteger CALLS = new AtomicInteger();

  @OmniTask
  public static String succeedAt(int call) {
    if (CALLS.incrementAndGet() < call) {
      throw new IllegalStateException("call " + CALLS.get());
    }
    return "call " + CALLS.get();
  }

  @OmniTask
  public static void refuse() {
    CALLS.incrementAndGet();
    throw new PermanentFailureException("never again");
  }

  @OmniTask
  public static void overflow() {
    CALLS.incrementAndGet();
    throw new StackOverflowError("deep");
  }

  @OmniTask
  public static CompletionStage<String> promise(String value) {
    return value.isEmpty()
        ? CompletableFuture.failedFuture(new IllegalArgumentException("empty"))
        : CompletableFuture.completedFuture(value);
  }

  @OmniTask
  public static void snoozeTwice() {
    if (CALLS.incrementAndGet() <= 2) {
      TaskContext.current().snooze(Duration.ofMinutes(1));
    }
  }

  @OmniTask
  public static Object unspeakable() {
    return new Object();
  }

  private InlineWorker worker;

  @BeforeEach
  void startWorker() {
    CALLS.set(0);
    worker = inline(RetriesTest.class);
  }

  @Test
  void failingTask_isRepeatedUntilItSucceeds() {
    TaskId id = omniq.enqueue(task(RetriesTest::succeedAt, 3));

    worker.advance(Duration.ofMinutes(1));

    assertThat(omniq.result(id, String.class)).isEqualTo("call 3");
    assertThat(omniq.task(id).orElseThrow().attempt()).isEqualTo(3);
  }

  @Test
  void threeRetries_areFourExecutions() {
    TaskId id = omniq.enqueue(task(RetriesTest::succeedAt, 99));

    worker.advance(Duration.ofHours(1));

    Task failed = omniq.task(id).orElseThrow();
    assertThat(CALLS).hasValue(4);
    assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
    assertThat(failed.errors()).extracting(TaskError::attempt).containsExactly(1, 2, 3, 4);
    assertThat(failed.lastError().orElseThrow().exception())
        .contains("java.lang.IllegalStateException");
    assertThat(failed.lastError().orElseThrow().stackTrace().orElseThrow())
        .contains("RetriesTest.succeedAt");
  }

  @Test
  void backoff_doubles() {
    omniq.enqueue(
        task(RetriesTest::succeedAt, 99)
            .retry(
                RetryPolicy.exponential(3, Duration.ofSeconds(10), Duration.ofHours(1)).jitter(0)));

    assertThat(worker.runDue()).isEqualTo(1);
    assertThat(worker.advance(Duration.ofMillis(9_999))).isZero();
    assertThat(worker.advance(Duration.ofMillis(1))).isEqualTo(1);
    assertThat(worker.advance(Duration.ofMillis(19_999))).isZero();
    assertThat(worker.advance(Duration.ofMillis(1))).isEqualTo(1);
  }

  @Test
  void permanentFailure_isNotRepeated() {
    TaskId id = omniq.enqueue(task(RetriesTest::refuse));

    worker.advance(Duration.ofHours(1));

    assertThat(CALLS).hasValue(1);
    assertThatThrownBy(() -> omniq.result(id, Void.class))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("never again");
  }

  @Test
  void exceptionThatThePolicyCallsPermanent_isNotRepeated() {
    omniq.enqueue(
        task(RetriesTest::succeedAt, 99)
            .retry(RetryPolicy.defaults().neverFor(RuntimeException.class)));

    worker.advance(Duration.ofHours(1));

    assertThat(CALLS).hasValue(1);
  }

  @Test
  void error_isAFailureAsAnyOther() {
    omniq.enqueue(task(RetriesTest::overflow).maxRetries(1));

    worker.advance(Duration.ofHours(1));

    assertThat(CALLS).hasValue(2);
  }

  @Test
  void snooze_usesNoAttempt() {
    TaskId id = omniq.enqueue(task(RetriesTest::snoozeTwice).maxRetries(0));

    worker.advance(Duration.ofMinutes(2));

    Task done = omniq.task(id).orElseThrow();
    assertThat(done.status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(done.attempt()).isEqualTo(1);
  }

  @Test
  void completionStage_isWaitedFor() {
    TaskId good = omniq.enqueue(task(RetriesTest::promise, "kept"));
    TaskId bad = omniq.enqueue(task(RetriesTest::promise, "").maxRetries(0));

    worker.runDue();

    assertThat(omniq.result(good, String.class)).isEqualTo("kept");
    assertThat(omniq.task(bad).orElseThrow().lastError().orElseThrow().exception())
        .contains("java.lang.IllegalArgumentException");
  }

  @Test
  void resultThatJsonCannotCarry_failsTheTaskForGood() {
    TaskId id = omniq.enqueue(task(RetriesTest::unspeakable));

    worker.advance(Duration.ofHours(1));

    assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void retry_sendsAFinishedTaskRoundOnceMore() {
    TaskId id = omniq.enqueue(task(RetriesTest::succeedAt, 2).maxRetries(0));
    worker.runDue();

    omniq.retry(id);

    assertThatThrownBy(() -> omniq.retry(id))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("PENDING")
        .hasMessageContaining("only a finished task");
    worker.runDue();
    assertThat(omniq.result(id, String.class)).isEqualTo("call 2");
  }

  @Test
  void retry_ontoAHeldKey_isRefusedAndNamesTheHolder() {
    TaskId failed = omniq.enqueue(task(RetriesTest::refuse).uniqueKey("report"));
    worker.runDue();
    TaskId holder =
        omniq.enqueue(
            task(RetriesTest::succeedAt, 1).uniqueKey("report").delay(Duration.ofDays(1)));

    assertThatThrownBy(() -> omniq.retry(failed))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining(holder.toString());
  }

  @Test
  void resultOfALiveTask_isRefusedWithItsStatus() {
    TaskId id = omniq.enqueue(task(RetriesTest::succeedAt, 1));

    assertThat(omniq.result(id)).isEmpty();
    assertThatThrownBy(() -> omniq.result(id, String.class))
        .isInstanceOf(TaskNotFinishedException.class)
        .hasMessageContaining("PENDING");
  }
}
