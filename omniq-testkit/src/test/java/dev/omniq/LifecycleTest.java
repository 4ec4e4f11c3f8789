package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Retention;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OmniTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Calls at the wrong time, and with values that are not allowed. */
public class LifecycleTest extends OmniQFixture {
  @OmniTask
  public static void nothing() {}

  @OmniTask
  public static String large(String text) {
    return text;
  }

  @Test
  void everyCallAfterClose_isRefused() {
    TaskId id = omniq.enqueue(task(LifecycleTest::nothing));
    omniq.close();
    omniq.close();

    assertThatThrownBy(() -> omniq.enqueue(task(LifecycleTest::nothing)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> omniq.task(id)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> omniq.cancel(id)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> omniq.worker().tasks(LifecycleTest.class).start())
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void await_thatIsGivenUp_asksNoMore() {
    TaskId id = omniq.enqueue(task(LifecycleTest::nothing).delay(Duration.ofDays(2)));
    var waiting = omniq.async().await(id, Duration.ofDays(1));
    clock.advance(Duration.ofMinutes(1));
    assertThat(clock.alarms()).isPositive();

    waiting.cancel(false);

    clock.advance(Duration.ofMinutes(1));
    assertThat(clock.alarms()).isZero();
  }

  @Test
  void close_closesTheWorkersThatAreStillOpen() {
    var worker = omniq.worker().tasks(LifecycleTest.class).start();

    omniq.close();

    assertThatThrownBy(worker::start).hasMessageContaining("closed");
  }

  @Test
  void runNow_startsWhatWaitsForItsTime_andReschedulePutsItOff() {
    TaskId id = omniq.enqueue(task(LifecycleTest::nothing).delay(Duration.ofHours(1)));
    TaskId other = omniq.enqueue(task(LifecycleTest::nothing));

    omniq.runNow(id);
    omniq.reschedule(other, NOON.plusSeconds(60));

    assertThat(inline(LifecycleTest.class).runDue()).isEqualTo(1);
    assertThat(omniq.result(id)).isPresent();
    assertThat(omniq.task(other).orElseThrow().dueAt()).isEqualTo(NOON.plusSeconds(60));
    assertThat(heard).filteredOn(TaskListener.Kind.RESCHEDULED::equals).hasSize(2);
  }

  @Test
  void runNow_ofARunOfASeriesAtAFixedRate_keepsItsBeat() {
    TaskId id = omniq.enqueue(task(LifecycleTest::nothing).everyRate(Duration.ofHours(1)));

    omniq.runNow(id);
    inline(LifecycleTest.class).runDue();

    assertThat(omniq.tasks(TaskQuery.all().status(TaskStatus.PENDING)))
        .singleElement()
        .satisfies(next -> assertThat(next.dueAt()).isEqualTo(NOON.plus(Duration.ofHours(2))));
  }

  @Test
  void runNow_ofWhatDoesNotWait_isRefused() {
    TaskId id = omniq.enqueue(task(LifecycleTest::nothing));
    inline(LifecycleTest.class).runDue();

    assertThatThrownBy(() -> omniq.runNow(id))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("is SUCCESS; only a task that waits can be rescheduled");
    assertThatThrownBy(() -> omniq.runNow(TaskId.next(NOON)))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("there is no task");
    assertThatIllegalArgumentException().isThrownBy(() -> omniq.reschedule(id, null));
  }

  @Test
  void purge_removesFinishedTasksInSteps_andLeavesWhatIsLive() {
    TaskId live = omniq.enqueue(task(LifecycleTest::nothing).delay(Duration.ofDays(9)));
    omniq.enqueueAll(Collections.nCopies(3, task(LifecycleTest::nothing)));
    inline(LifecycleTest.class).runDue();
    clock.advance(Duration.ofHours(2));
    var hour = new Retention(Duration.ofHours(1), Duration.ofDays(1), 1_000_000);

    assertThat(omniq.purge(Retention.defaults(), 10)).isZero();
    assertThat(omniq.purge(hour, 2)).isEqualTo(2);
    assertThat(omniq.async().purge(hour, 2)).isCompletedWithValue(1);
    assertThat(omniq.tasks(TaskQuery.all())).extracting(Task::id).containsExactly(live);
  }

  @Test
  void purge_ofNothing_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> omniq.purge(null, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> omniq.purge(Retention.defaults(), 0))
        .withMessageContaining("at least 1");
  }

  @Test
  void emptyList_isAnsweredWithAnEmptyList() {
    assertThat(omniq.enqueueAll(List.of())).isEmpty();
  }

  @Test
  void sameIdAgain_changesNothing() {
    TaskId id = TaskId.next(NOON);

    assertThat(omniq.enqueueIfAbsent(task(LifecycleTest::nothing).id(id)).created()).isTrue();
    assertThat(omniq.enqueueIfAbsent(task(LifecycleTest::nothing).id(id)).created()).isFalse();
    assertThat(inline(LifecycleTest.class).runDue()).isEqualTo(1);
    assertThat(omniq.enqueueIfAbsent(task(LifecycleTest::nothing).id(id)).created()).isFalse();
  }

  @Test
  void changes_tellWhatHasHappenedBehindAPosition() {
    TaskId first = omniq.enqueue(task(LifecycleTest::nothing));
    Changes before = omniq.changes(0, 10);
    TaskId second = omniq.enqueue(task(LifecycleTest::nothing));

    assertThat(before.changes()).extracting(Changes.Change::id).containsExactly(first);
    assertThat(omniq.changes(before.last(), 10).changes())
        .extracting(Changes.Change::id)
        .containsExactly(second);
    assertThat(omniq.changes(0, 1).changes()).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> omniq.changes(0, 0))
        .withMessage("the number of changes must be at least 1, but is 0");
  }

  @Test
  void argumentsOverTheLimit_areRefusedWithBoth_andNothingIsStored() {
    assertThatThrownBy(() -> omniq.enqueue(task(LifecycleTest::large, "x".repeat(2 << 20))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2097156")
        .hasMessageContaining("1048576");
    assertThat(omniq.stats().queues()).isEmpty();
  }

  @Test
  void unknownTask_isNotFound() {
    TaskId unknown = TaskId.next(NOON);

    assertThat(omniq.result(unknown)).isEmpty();
    assertThat(omniq.task(unknown)).isEmpty();
    assertThat(omniq.delete(unknown).deleted()).isFalse();
    assertThat(omniq.await(unknown, Duration.ofDays(1))).isEmpty();
    assertThatThrownBy(() -> omniq.retry(unknown)).hasMessageContaining("there is no task");
  }

  @Test
  void workerWithoutHandlers_isRefused() {
    assertThatThrownBy(() -> omniq.worker().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing is registered");
  }

  @TestFactory
  Stream<DynamicTest> badWorkerOption_isRefusedWithItsValueAndWhatIsAllowed() {
    return Stream.of(
        refused(
            "concurrency must be between 1 and 100000, but is 0", worker -> worker.concurrency(0)),
        refused(
            "pollInterval must be between PT0.001S and PT1H, but is PT0S",
            worker -> worker.pollInterval(Duration.ZERO)),
        refused(
            "lease must be between PT0.1S and PT24H, but is PT-1S",
            worker -> worker.lease(Duration.ofSeconds(-1))),
        refused(
            "shutdownTimeout must be between PT0S and PT24H, but is PT-1S",
            worker -> worker.shutdownTimeout(Duration.ofSeconds(-1))),
        refused(
            "concurrency of mail must be between 1 and 100000, but is 0",
            worker -> worker.queues(Map.of("mail", 0))));
  }

  private DynamicTest refused(String message, UnaryOperator<WorkerBuilder> option) {
    return DynamicTest.dynamicTest(
        message,
        () -> {
          try (OmniQ queue = OmniQ.open("memory:")) {
            assertThatThrownBy(
                    () -> option.apply(queue.worker().tasks(LifecycleTest.class)).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
          }
        });
  }

  @OmniTask
  public static void completesIn() {
    TaskContext.current().completeIn(untouched());
  }

  /** A connection that must not be used. */
  private static Connection untouched() {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              throw new AssertionError("used: " + method);
            });
  }

  @Test
  void enqueueInATransaction_ofAStoreInNoDatabase_isRefused() {
    assertThatThrownBy(() -> omniq.in(untouched()))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("sqlite and postgres");
  }

  @Test
  void completionInATransaction_ofAStoreInNoDatabase_failsTheAttempt() {
    TaskId id = omniq.enqueue(task(LifecycleTest::completesIn).maxRetries(0));

    inline(LifecycleTest.class).runDue();

    assertThat(omniq.result(id).orElseThrow().error().orElseThrow().message())
        .contains("sqlite and postgres");
  }
}
