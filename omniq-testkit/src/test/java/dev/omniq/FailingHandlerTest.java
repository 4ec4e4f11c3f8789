package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a handler throws or returns is its task's failure, and its thread goes on. */
public class FailingHandlerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final OmniQ omniq = OmniQ.open("memory:");

  @OmniTask
  public static void nothing() {}

  @OmniTask
  public static void failUnspeakably() {
    throw new Unspeakable();
  }

  /** An exception that fails itself when it is asked. */
  private static final class Unspeakable extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }

  @OmniTask
  public static Object returnWhatCannotBeRead() {
    return new Object() {
      public String getValue() {
        throw new NoClassDefFoundError("of the value");
      }
    };
  }

  @OmniTask
  public static Object submit() {
    return new FutureTask<>(() -> "x");
  }

  @AfterEach
  void close() {
    omniq.close();
  }

  static Stream<TaskRequest> requests() {
    return Stream.of(
        task(FailingHandlerTest::failUnspeakably),
        task(FailingHandlerTest::returnWhatCannotBeRead),
        task(FailingHandlerTest::submit));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void task_fails_andTheNextOneRuns(TaskRequest request) {
    Task failed = ended(request);
    assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
    assertThat(failed.lastError().orElseThrow().type()).isEqualTo(TaskError.Type.RUNTIME);
  }

  @Test
  void future_thatIsNoStage_isRefused_asNobodyWaitsForIt() {
    assertThat(ended(task(FailingHandlerTest::submit)).lastError().orElseThrow().message())
        .contains("nobody waits for its end");
  }

  private Task ended(TaskRequest request) {
    TaskId id = omniq.enqueue(request.maxRetries(0));
    TaskId next = omniq.enqueue(task(FailingHandlerTest::nothing));
    omniq.worker().concurrency(1).tasks(FailingHandlerTest.class).start();
    assertThat(omniq.await(next, SOON).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
    omniq.await(id, SOON);
    return omniq.task(id).orElseThrow();
  }
}
