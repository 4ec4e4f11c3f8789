package dev.omniq.task;

import java.time.Duration;
import java.time.Instant;

/**
 * Where time comes from: the wall clock for due times, a monotonic clock for durations and leases,
 * and alarms instead of sleeping. Thread-safe. Tests put a manual clock in its place.
 */
public interface TimeSource {

  /** The wall clock, rounded up to microseconds. It may jump. */
  Instant now();

  /** A monotonic clock in nanoseconds, of use for differences only. It never jumps. */
  long nanoTime();

  /**
   * Runs an action once, after a delay by the monotonic clock, on a thread of the clock; the action
   * must be short.
   */
  Alarm schedule(Duration delay, Runnable action);

  /** An action that will run once. */
  interface Alarm {
    /** Prevents the action if it has not begun; does nothing otherwise. */
    void cancel();
  }

  /** The clocks of this machine. */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }
}
