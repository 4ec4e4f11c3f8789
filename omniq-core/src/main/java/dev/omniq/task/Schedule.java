package dev.omniq.task;

import java.time.Duration;

/** Whether and how a task repeats: stored data, the same for every run of a series. */
public sealed interface Schedule {

  /** Runs one time. */
  record Once() implements Schedule {
    private static final Once ONCE = new Once();
  }

  /**
   * The next run is due one {@code interval} after the end of the last one, whether that run
   * succeeded or failed for good.
   */
  record FixedDelay(Duration interval) implements Schedule {
    /** Checks that the interval is positive. */
    public FixedDelay {
      requirePositive(interval);
    }
  }

  /**
   * Runs are planned at {@code first + n × interval}, however long they take. Planned times that
   * were missed collapse into one run, and the plan goes on.
   */
  record FixedRate(Duration interval) implements Schedule {
    /** Checks that the interval is positive. */
    public FixedRate {
      requirePositive(interval);
    }
  }

  /** The schedule of a task that does not repeat. */
  static Schedule once() {
    return Once.ONCE;
  }

  /** Whether this schedule makes a series. */
  default boolean recurring() {
    return !(this instanceof Once);
  }

  private static void requirePositive(Duration interval) {
    if (interval.compareTo(Times.MICRO) < 0) {
      throw new IllegalArgumentException(
          "interval must be positive (at least 1 µs), but is " + interval);
    }
    if (interval.compareTo(Times.MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          "interval must be at most " + Times.MAX_DURATION + ", but is " + interval);
    }
  }
}
