package dev.omniq.task;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The clocks of this machine; one daemon thread serves all alarms of the process. */
final class SystemTime implements TimeSource {
  static final SystemTime INSTANCE = new SystemTime();

  private final ScheduledThreadPoolExecutor timer;

  private SystemTime() {
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            action -> {
              var thread = new Thread(action, "omniq-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Instant now() {
    return Times.roundUp(Instant.now());
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Alarm schedule(Duration delay, Runnable action) {
    var future = timer.schedule(action, nanos(delay), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  private static long nanos(Duration delay) {
    return delay.compareTo(Duration.ofDays(10_000)) > 0 ? Long.MAX_VALUE / 2 : delay.toNanos();
  }
}
