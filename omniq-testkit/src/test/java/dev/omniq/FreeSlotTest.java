package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.OmniTask;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.ManualClock;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a worker looks for tasks: it sleeps after each look, by a clock that stands still. */
public class FreeSlotTest {
  /** By this, the alarms of its sleep are known among all others. */
  private static final Duration POLL = Duration.ofMinutes(7);

  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T12:00:00Z"));
  private final BlockingQueue<Duration> looks = new LinkedBlockingQueue<>();
  private final BlockingQueue<Runnable> claimed = new LinkedBlockingQueue<>();
  private final OmniQ omniq =
      OmniQ.open(Settings.ofUrl("memory:").timeSource(new NotingTime()).build());

  private final class NotingTime implements TimeSource {
    @Override
    public Instant now() {
      return clock.now();
    }

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public Alarm schedule(Duration delay, Runnable action) {
      Alarm alarm = clock.schedule(delay, action);
      if (delay.equals(POLL)) {
        looks.add(delay);
      }
      return alarm;
    }
  }

  @OmniTask
  public static void nothing() {}

  @AfterEach
  void close() {
    omniq.close();
  }

  @Test
  void slot_thatBecomesFree_isNoReasonToLook_whenNothingWasLeft() throws Exception {
    Worker worker = start(4);
    awaitLook();
    for (int i = 0; i < 5; i++) {
      omniq.enqueue(task(FreeSlotTest::nothing));
      awaitLook();
      take().run();
    }
    worker.close();

    assertThat(looks).isEmpty();
  }

  @Test
  void slot_thatBecomesFree_isReasonToLook_whenAllWereTaken() throws Exception {
    Worker worker = start(1);
    awaitLook();
    omniq.enqueue(task(FreeSlotTest::nothing));
    omniq.enqueue(task(FreeSlotTest::nothing));

    take().run();
    take().run();
    awaitLook();

    worker.close();
  }

  private Worker start(int concurrency) {
    return omniq
        .worker()
        .concurrency(concurrency)
        .pollInterval(POLL)
        .tasks(FreeSlotTest.class)
        .executor(claimed::add)
        .start();
  }

  private void awaitLook() throws InterruptedException {
    assertThat(looks.poll(20, TimeUnit.SECONDS)).isEqualTo(POLL);
  }

  private Runnable take() throws InterruptedException {
    Runnable next = claimed.poll(20, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
