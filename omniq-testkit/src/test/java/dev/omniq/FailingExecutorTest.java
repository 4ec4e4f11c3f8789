package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker whose executor does not do what it should. */
public class FailingExecutorTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** The lease keeper's, those of the janitor's three chores, and that of the pause. */
  private static final int ALARMS_IN_A_PAUSE = 5;

  @OmniTask
  public static void nothing() {}

  private final OmniQ omniq = OmniQ.open("memory:");
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    omniq.close();
    threads.shutdownNow();
  }

  static Stream<Supplier<Throwable>> failures() {
    return Stream.of(
        () -> new RejectedExecutionException("full"),
        () -> new IllegalStateException("broken"),
        () -> new OutOfMemoryError("unable to create native thread"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void taskThatTheExecutorRefused_andAllOthers_runAfterAll(Supplier<Throwable> failure) {
    var first = new AtomicBoolean(true);
    Executor once =
        command -> {
          if (first.getAndSet(false)) {
            throw sneaked(failure.get());
          }
          threads.execute(command);
        };
    List<TaskId> ids =
        Stream.generate(() -> task(FailingExecutorTest::nothing))
            .limit(5)
            .map(omniq::enqueue)
            .toList();

    omniq.worker().concurrency(8).tasks(FailingExecutorTest.class).executor(once).start();

    for (TaskId id : ids) {
      assertThat(omniq.await(id, SOON).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
      assertThat(omniq.task(id).orElseThrow().attempt()).isEqualTo(1);
    }
  }

  @Test
  void workerWhoseExecutorRefusesEverything_pauses_whateverWakesIt() throws Exception {
    var clock = ManualClock.startingAt(Instant.parse("2026-01-01T12:00:00Z"));
    var refused = new Semaphore(0);
    try (var others = OmniQ.open(Settings.ofUrl("memory:").timeSource(clock).build())) {
      others.enqueue(task(FailingExecutorTest::nothing));
      others
          .worker()
          .tasks(FailingExecutorTest.class)
          .executor(
              command -> {
                refused.release();
                throw new RejectedExecutionException("shut down");
              })
          .start();
      assertThat(refused.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      clock.awaitAlarms(ALARMS_IN_A_PAUSE);
      for (int i = 0; i < 100; i++) {
        others.enqueue(task(FailingExecutorTest::nothing));
      }
      clock.awaitAlarms(ALARMS_IN_A_PAUSE);

      assertThat(refused.availablePermits()).isZero();
      clock.advance(Duration.ofSeconds(1));
      assertThat(refused.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException sneaked(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
