package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.OmniTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker that does not hear what became of its calls, on a manual clock. */
public class LostAnswersTest {
  private static final Duration LEASE = Duration.ofSeconds(30);

  @OmniTask
  public static void nothing() {}

  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T12:00:00Z"));
  private final Settings settings = Settings.ofUrl("memory:").timeSource(clock).build();
  private final MemoryStore store = new MemoryStore(clock);
  private final OmniQ omniq = OmniQ.on(withFaults(), settings);

  /** Claims are made, but not answered. */
  private volatile boolean claimsAreLost;

  /** Nothing is settled. */
  private volatile boolean refusesOutcomes;

  private final Semaphore outcomes = new Semaphore(0);

  private TaskStore withFaults() {
    return (TaskStore)
        Proxy.newProxyInstance(
            TaskStore.class.getClassLoader(),
            new Class<?>[] {TaskStore.class, WakeUps.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("apply") && refusesOutcomes) {
                outcomes.release();
                return CompletableFuture.failedFuture(new StorageException("the disk is full"));
              }
              Object answer;
              try {
                answer = method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return method.getName().startsWith("claim") && claimsAreLost
                  ? CompletableFuture.failedFuture(new StorageException("the line is dead"))
                  : answer;
            });
  }

  @AfterEach
  void close() {
    omniq.close();
  }

  private InlineWorker workerWhoseFirstClaimIsLost() {
    InlineWorker worker =
        InlineWorker.of(omniq.worker().lease(LEASE).tasks(LostAnswersTest.class), clock);
    claimsAreLost = true;
    assertThatThrownBy(worker::runDue).hasMessageContaining("the line is dead");
    claimsAreLost = false;
    return worker;
  }

  @Test
  void claimWithoutAnAnswer_whoseLeaseRunsOut_isMadeAgain() {
    TaskId id = omniq.enqueue(task(LostAnswersTest::nothing));
    InlineWorker worker = workerWhoseFirstClaimIsLost();

    clock.advance(LEASE.plusSeconds(1));
    worker.advance(Duration.ofMinutes(5));
    TaskId later = omniq.enqueue(task(LostAnswersTest::nothing));
    worker.runDue();

    assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(omniq.task(later).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void claimWithoutAnAnswer_thatIsMadeAgainInTime_givesTheSame() {
    TaskId id = omniq.enqueue(task(LostAnswersTest::nothing));
    InlineWorker worker = workerWhoseFirstClaimIsLost();

    assertThat(worker.runDue()).isEqualTo(1);

    assertThat(omniq.task(id).orElseThrow().state().losses()).isZero();
    omniq.enqueue(task(LostAnswersTest::nothing));
    assertThat(worker.runDue()).isEqualTo(1);
  }

  @Test
  void outcomeThatTheStoreNeverTakes_isBroughtForAsLongAsTheLease_alsoAfterClose()
      throws Exception {
    refusesOutcomes = true;
    omniq.worker().lease(LEASE).shutdownTimeout(Duration.ZERO).tasks(LostAnswersTest.class).start();
    omniq.enqueue(task(LostAnswersTest::nothing));
    assertThat(outcomes.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    omniq.close();

    clock.advance(LEASE.plusSeconds(10));

    assertThat(clock.alarms()).isZero();
  }
}
