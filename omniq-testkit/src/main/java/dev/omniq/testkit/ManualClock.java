package dev.omniq.testkit;

import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A clock that moves when a test says so. {@link #advance} moves time for everybody: the wall clock
 * and the monotonic clock go ahead together, and alarms go off in their order, each at its own
 * time, on the calling thread. {@link #jump} moves the wall clock alone, as an administrator does.
 * Thread-safe.
 */
public final class ManualClock implements TimeSource {
  private final PriorityQueue<ManualAlarm> alarms =
      new PriorityQueue<>(
          Comparator.comparingLong((ManualAlarm alarm) -> alarm.atNanos)
              .thenComparingLong(alarm -> alarm.number));
  private Instant wall;
  private long nanos;
  private long alarmsSet;

  private ManualClock(Instant start) {
    wall = Times.roundUp(start);
  }

  /** A clock that stands at this time. */
  public static ManualClock startingAt(Instant start) {
    return new ManualClock(start);
  }

  @Override
  public synchronized Instant now() {
    return Times.roundUp(wall);
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Alarm schedule(Duration delay, Runnable action) {
    long after = Math.max(0, delay.toNanos());
    var alarm = new ManualAlarm(nanos + after, alarmsSet++, action);
    alarms.add(alarm);
    notifyAll();
    return () -> cancel(alarm);
  }

  private synchronized void cancel(ManualAlarm alarm) {
    alarms.remove(alarm);
  }

  /**
   * Lets time pass: alarms that fall due on the way go off, also those that are set by others.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "time passes forward only, but " + duration + " was given; jump() moves the wall clock");
    }
    long end = nanoTime() + duration.toNanos();
    for (ManualAlarm alarm = nextUntil(end); alarm != null; alarm = nextUntil(end)) {
      alarm.action.run();
    }
    moveTo(end);
  }

  private synchronized @Nullable ManualAlarm nextUntil(long end) {
    ManualAlarm next = alarms.peek();
    if (next == null || next.atNanos > end) {
      return null;
    }
    alarms.remove();
    moveTo(next.atNanos);
    return next;
  }

  /** An alarm may have advanced the clock itself, so it may stand beyond this time already. */
  private synchronized void moveTo(long atNanos) {
    if (atNanos > nanos) {
      wall = wall.plusNanos(atNanos - nanos);
      nanos = atNanos;
    }
  }

  /** Moves the wall clock alone, forward or back; alarms and leases do not notice. */
  public synchronized void jump(Duration duration) {
    wall = wall.plus(duration);
  }

  /** Moves the wall clock alone to a time. */
  public synchronized void jumpTo(Instant time) {
    wall = Times.roundUp(time);
  }

  /** Waits, in real time, until at least this many alarms are set: that a thread went to sleep. */
  public synchronized void awaitAlarms(int atLeast) throws InterruptedException {
    while (alarms.size() < atLeast) {
      wait();
    }
  }

  private static final class ManualAlarm {
    private final long atNanos;
    private final long number;
    private final Runnable action;

    ManualAlarm(long atNanos, long number, Runnable action) {
      this.atNanos = atNanos;
      this.number = number;
      this.action = action;
    }
  }
}
