package dev.omniq.task;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;

/**
 * The grid and the bounds of stored time: UTC instants in whole microseconds, from the epoch to the
 * end of the year 9999. Finer instants are rounded up, so that nothing is ever early.
 */
public final class Times {
  /** The grid. */
  public static final Duration MICRO = Duration.of(1, ChronoUnit.MICROS);

  /** The latest time that is accepted. */
  public static final Instant MAX = Instant.parse("9999-12-31T23:59:59.999999Z");

  /** The longest interval, delay or timeout that is accepted. */
  public static final Duration MAX_DURATION = Duration.ofDays(366L * 1000);

  private Times() {}

  /** The first instant of the grid that is not before the given one. */
  public static Instant roundUp(Instant instant) {
    int over = instant.get(ChronoField.NANO_OF_SECOND) % 1_000;
    return over == 0 ? instant : instant.plusNanos(1_000 - over);
  }

  /**
   * Rounds a due time up to the grid and checks its bounds. A time before the epoch becomes the
   * epoch: all of the past means "due now".
   *
   * @throws IllegalArgumentException if the time is beyond the year 9999
   */
  public static Instant dueTime(Instant instant) {
    if (instant.isAfter(MAX)) {
      throw new IllegalArgumentException(
          "due time must not be beyond the year 9999, but is " + instant);
    }
    return instant.isBefore(Instant.EPOCH) ? Instant.EPOCH : roundUp(instant);
  }

  /** {@code instant + duration}, at most {@link #MAX}. */
  public static Instant plus(Instant instant, Duration duration) {
    return duration.toSeconds() >= MAX.getEpochSecond() - instant.getEpochSecond()
        ? MAX
        : roundUp(instant.plus(duration));
  }

  /** Whole microseconds since the epoch. */
  public static long toMicros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  /** Whole microseconds, rounded up; no more than there are from the epoch to {@link #MAX}. */
  public static long toMicros(Duration duration) {
    return toMicros(plus(Instant.EPOCH, duration));
  }

  /** The inverse of {@link #toMicros(Instant)}. */
  public static Instant ofMicros(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }
}
