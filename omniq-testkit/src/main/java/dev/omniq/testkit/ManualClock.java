package dev.omniq.testkit;

import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock that moves when a test says so. {@link #advance} moves time for everybody: the wall clock
 * and the monotonic clock go ahead together, and alarms go off in their order, each at its own
 * time, on the calling thread. {@link #jump} moves the wall clock alone, as an administrator does.
 * Thread-safe.
 */
public final class ManualClock implements TimeSource {
  /** How long {@link #awaitAlarms} waits, in real time. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PriorityQueue<ManualAlarm> alarms =
      new PriorityQueue<>(
          Comparator.comparingLong(ManualAlarm::at).thenComparingLong(ManualAlarm::number));
  private final long origin;
  private Instant wall;
  private long elapsed;
  private long alarmsSet;

  private ManualClock(Instant start, long origin) {
    this.wall = Times.roundUp(start);
    this.origin = origin;
  }

  /** A clock that stands at this time. */
  public static ManualClock startingAt(Instant start) {
    return new ManualClock(start, 0);
  }

  /** A clock whose monotonic side begins anywhere, as in a process that was started anew. */
  static ManualClock startingAt(Instant start, long nanoTime) {
    return new ManualClock(start, nanoTime);
  }

  @Override
  public synchronized Instant now() {
    return Times.roundUp(wall);
  }

  @Override
  public synchronized long nanoTime() {
    return origin + elapsed;
  }

  @Override
  public synchronized Alarm schedule(Duration delay, Runnable action) {
    var alarm = new ManualAlarm(after(delay), alarmsSet++, action);
    alarms.add(alarm);
    notifyAll();
    return () -> cancel(alarm);
  }

  private synchronized void cancel(ManualAlarm alarm) {
    alarms.remove(alarm);
  }

  /**
   * Lets time pass: alarms that fall due on the way go off, also those that are set meanwhile. What
   * an alarm throws comes out here; the clock then stands at the time of that alarm.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "time passes forward only, but " + duration + " was given; jump() moves the wall clock");
    }
    long end = after(duration);
    for (ManualAlarm alarm = nextUntil(end); alarm != null; alarm = nextUntil(end)) {
      alarm.action.run();
    }
    moveTo(end);
  }

  private synchronized long after(Duration delay) {
    boolean never = delay.compareTo(Duration.ofNanos(Long.MAX_VALUE - elapsed)) > 0;
    return never ? Long.MAX_VALUE : elapsed + Math.max(0, delay.toNanos());
  }

  private synchronized @Nullable ManualAlarm nextUntil(long end) {
    ManualAlarm next = alarms.peek();
    if (next == null || next.at > end) {
      return null;
    }
    alarms.remove();
    moveTo(next.at);
    return next;
  }

  /** An alarm may have advanced the clock itself, so it may stand beyond this time already. */
  private synchronized void moveTo(long end) {
    if (end > elapsed) {
      wall = wall.plusNanos(end - elapsed);
      elapsed = end;
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

  /** How many alarms are set. */
  public synchronized int alarms() {
    return alarms.size();
  }

  /**
   * Waits, in real time, until at least this many alarms are set: that other threads went to sleep.
   *
   * @throws AssertionError if that takes longer than 30 seconds
   */
  public synchronized void awaitAlarms(int atLeast) throws InterruptedException {
    long start = System.nanoTime();
    while (alarms.size() < atLeast) {
      long left = PATIENCE.toNanos() - (System.nanoTime() - start);
      if (left <= 0) {
        throw new AssertionError(
            "%d alarms were awaited for %s, but there are %d"
                .formatted(atLeast, PATIENCE, alarms.size()));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** An action at a time; each differs from all others. */
  private record ManualAlarm(long at, long number, Runnable action) {}
}
