package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OmniQException;
import dev.omniq.task.OmniTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import java.time.Duration;
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
  void close_closesTheWorkersThatAreStillOpen() {
    var worker = omniq.worker().tasks(LifecycleTest.class).start();

    omniq.close();

    assertThatThrownBy(worker::start).hasMessageContaining("closed");
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
}
