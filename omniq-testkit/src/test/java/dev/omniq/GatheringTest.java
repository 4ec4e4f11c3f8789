package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Changes;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.ManualClock;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How many tasks a worker claims at once while many wait: with four places, on a store whose first
 * claim takes long, by a clock that stands still afterwards.
 */
public class GatheringTest {
  private static final int PLACES = 4;

  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T12:00:00Z"));
  private final BlockingQueue<Runnable> claimed = new LinkedBlockingQueue<>();
  private volatile boolean slow;
  private OmniQ omniq;
  private Worker worker;

  /** While the store is slow, each look at its clock takes a second. */
  private final class SlowTime implements TimeSource {
    @Override
    public Instant now() {
      if (slow) {
        clock.advance(Duration.ofSeconds(1));
      }
      return clock.now();
    }

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public Alarm schedule(Duration delay, Runnable action) {
      return clock.schedule(delay, action);
    }
  }

  @OmniTask
  public static void nothing() {}

  @BeforeEach
  void claimOnce() throws InterruptedException {
    omniq = OmniQ.open(Settings.ofUrl("memory:").timeSource(new SlowTime()).build());
    for (int i = 0; i < 3 * PLACES; i++) {
      omniq.enqueue(task(GatheringTest::nothing));
    }
    slow = true;
    worker =
        omniq
            .worker()
            .concurrency(PLACES)
            .tasks(GatheringTest.class)
            .executor(
                task -> {
                  slow = false;
                  claimed.add(task);
                })
            .start();
  }

  @AfterEach
  void close() {
    worker.close();
    omniq.close();
  }

  @Test
  void nextClaim_waitsForAsManySlotsAsTheLastOneTook() throws Exception {
    take(PLACES).forEach(Runnable::run);
    List<Runnable> second = take(PLACES);

    assertThat(told()).isEqualTo("4 RUNNING, 4 SUCCESS, 4 RUNNING");
    second.forEach(Runnable::run);
    take(PLACES).forEach(Runnable::run);
  }

  @Test
  void nextClaim_waitsNoLongerThanAPartOfTheLastOne() throws Exception {
    List<Runnable> first = take(PLACES);
    first.subList(1, PLACES).forEach(Runnable::run);
    while (claimed.isEmpty()) {
      clock.advance(Duration.ofMillis(1));
      Thread.onSpinWait();
    }
    List<Runnable> second = take(PLACES - 1);

    assertThat(told()).isEqualTo("4 RUNNING, 3 SUCCESS, 3 RUNNING");
    first.get(0).run();
    second.forEach(Runnable::run);
    for (int left = 3 * PLACES - first.size() - second.size(); left > 0; left--) {
      take(1).forEach(Runnable::run);
    }
  }

  /** What has become of tasks, in order. */
  private String told() {
    List<String> runs = new ArrayList<>();
    TaskStatus last = TaskStatus.PENDING;
    int count = 0;
    for (Changes.Change change : omniq.changes(0, 100).changes()) {
      if (change.status() != last) {
        add(runs, count, last);
        last = change.status();
        count = 0;
      }
      count++;
    }
    add(runs, count, last);
    return String.join(", ", runs);
  }

  private static void add(List<String> runs, int count, TaskStatus status) {
    if (status != TaskStatus.PENDING) {
      runs.add(count + " " + status);
    }
  }

  private List<Runnable> take(int count) throws InterruptedException {
    List<Runnable> taken = new ArrayList<>();
    while (taken.size() < count) {
      Runnable next = claimed.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      taken.add(next);
    }
    return taken;
  }
}
