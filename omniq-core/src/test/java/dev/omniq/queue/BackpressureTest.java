package dev.omniq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OmniQException;
import dev.omniq.task.QueueFullException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackpressureTest {
  private final Backpressure backpressure = new Backpressure(4_096);

  @Test
  void tryAcquire_whenTooMuchWaits_refusesAndSaysHowMuchMayWait() {
    int share = backpressure.tryAcquire(4_000);

    assertThatThrownBy(() -> backpressure.tryAcquire(4_000))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("4096 bytes");
    backpressure.release(share);
    backpressure.release(backpressure.tryAcquire(4_000));
  }

  @Test
  void acquire_waitsUntilThereIsRoom() throws Exception {
    int share = backpressure.tryAcquire(4_000);
    CompletableFuture<Integer> waiting =
        CompletableFuture.supplyAsync(() -> backpressure.acquire(4_000));

    assertThat(waiting).isNotDone();
    backpressure.release(share);

    assertThat(waiting.get(20, TimeUnit.SECONDS)).isPositive();
  }

  @Test
  void requestLargerThanTheBound_waitsUntilItIsAlone() {
    backpressure.release(backpressure.tryAcquire(1_000_000));
  }

  @Test
  void largeRequest_thatWaits_isNotOvertaken() throws Exception {
    int share = backpressure.acquire(1);
    var large = new FutureTask<>(() -> backpressure.acquire(4_000));
    var small = new FutureTask<>(() -> backpressure.acquire(1));
    awaitWaiting(large);
    awaitWaiting(small);

    assertThatThrownBy(() -> backpressure.tryAcquire(1)).isInstanceOf(QueueFullException.class);
    backpressure.release(share);

    int all = large.get(20, TimeUnit.SECONDS);
    assertThat(small).isNotDone();
    backpressure.release(all);
    assertThat(small.get(20, TimeUnit.SECONDS)).isPositive();
  }

  private static void awaitWaiting(FutureTask<?> task) {
    var thread = new Thread(task);
    thread.start();
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(thread.getState()).as("it waits").isNotEqualTo(Thread.State.TERMINATED);
    }
  }

  @Test
  void interruptedCaller_storesNothing_andKeepsItsFlag() {
    backpressure.tryAcquire(4_000);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> backpressure.acquire(4_000))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("nothing was stored");
    assertThat(Thread.interrupted()).isTrue();
  }
}
