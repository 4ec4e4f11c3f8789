package dev.omniq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandlerPoolTest {
  private static final int MOST = 8;

  private final HandlerPool pool = new HandlerPool(MOST);

  @AfterEach
  void end() throws InterruptedException {
    pool.shutdownNow();
    assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void execute_ofTasksThatWaitForEachOther_runsThemAtTheSameTime() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      var barrier = new CyclicBarrier(MOST);
      var done = new CountDownLatch(MOST);
      for (int i = 0; i < MOST; i++) {
        pool.execute(
            () -> {
              await(barrier);
              done.countDown();
            });
      }
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void execute_ofManyTasks_runsEachOnce_onAtMostSoManyThreads() throws InterruptedException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    var done = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      pool.execute(
          () -> {
            threads.add(Thread.currentThread());
            done.countDown();
          });
    }

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(threads).hasSizeBetween(1, MOST);
  }

  @Test
  void execute_afterAThreadWasInterruptedWhileIdle_goesOn() throws InterruptedException {
    var first = new CountDownLatch(1);
    Thread[] ran = new Thread[1];
    pool.execute(
        () -> {
          ran[0] = Thread.currentThread();
          first.countDown();
        });
    assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
    ran[0].interrupt();

    var second = new CountDownLatch(1);
    pool.execute(second::countDown);

    assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void execute_afterSomethingFailed_goesOn() throws InterruptedException {
    for (int i = 0; i < 2 * MOST; i++) {
      pool.execute(
          () -> {
            throw new AssertionError("what a handler throws does not come here");
          });
    }
    var next = new CountDownLatch(1);
    pool.execute(next::countDown);

    assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void execute_withoutAThreadThatCouldBeMade_isRefused_andTheNextIsNot() throws Exception {
    var first = new AtomicBoolean(true);
    var sparing =
        new HandlerPool(
            MOST,
            work ->
                new Thread(work) {
                  @Override
                  public void start() {
                    if (first.getAndSet(false)) {
                      throw new OutOfMemoryError("unable to create native thread");
                    }
                    super.start();
                  }
                });
    assertThatThrownBy(() -> sparing.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);

    var next = new CountDownLatch(1);
    sparing.execute(next::countDown);

    assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
    sparing.shutdownNow();
    assertThat(sparing.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void execute_afterShutdown_isRefused() {
    pool.shutdown();

    assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThat(pool.isShutdown()).isTrue();
  }

  @Test
  void shutdownNow_interruptsWhatRuns() throws InterruptedException {
    var started = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    pool.execute(
        () -> {
          started.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

    pool.shutdownNow();

    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
