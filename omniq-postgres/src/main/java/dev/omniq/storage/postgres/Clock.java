package dev.omniq.storage.postgres;

import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The clock that a store lives by, as SQL: the database's own, so that no two nodes differ. A time
 * source that is not the system's, such as a test's, takes its place, and then statements carry its
 * times as numbers.
 */
abstract class Clock {

  /** The time for due times, in microseconds since the epoch, as an SQL expression. */
  abstract String now();

  /** The clock for leases, in nanoseconds, as an SQL expression; of use for differences only. */
  abstract String leaseNow();

  /** {@link #now} for the functions that know the database's: {@code null} is that. */
  abstract @Nullable Long givenNow();

  /** {@link #leaseNow} in the same way. */
  abstract @Nullable Long givenLeaseNow();

  /** The same as {@link #now}, for this process; never blocks. */
  abstract Instant estimate();

  /** Takes a sample of the database's time, which was asked for at a time of {@link #local}. */
  abstract void sampled(long databaseMicros, long localBefore);

  /** This process's clock that does not jump. */
  abstract long local();

  /** Whether times are given by this process. */
  abstract boolean isGiven();

  static Clock of(TimeSource time) {
    return time.equals(TimeSource.system()) ? ofDatabase(time) : new Given(time);
  }

  /** The database's clock, whatever this process's clock says meanwhile. */
  static Clock ofDatabase(TimeSource time) {
    return new OfDatabase(time);
  }

  private static final class OfDatabase extends Clock {
    private static final String MICROS =
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private final TimeSource time;
    private volatile Sample sample;

    /** What the database's clock showed when the local one showed this. */
    private record Sample(long micros, long local) {}

    OfDatabase(TimeSource time) {
      this.time = time;
      sample = new Sample(Times.toMicros(time.now()), time.nanoTime());
    }

    @Override
    String now() {
      return MICROS;
    }

    @Override
    String leaseNow() {
      return MICROS + " * 1000";
    }

    @Override
    @Nullable Long givenNow() {
      return null;
    }

    @Override
    @Nullable Long givenLeaseNow() {
      return null;
    }

    @Override
    Instant estimate() {
      Sample last = sample;
      return Times.ofMicros(last.micros + (time.nanoTime() - last.local) / 1_000);
    }

    /** The answer left the database half way between, as well as can be known. */
    @Override
    void sampled(long databaseMicros, long localBefore) {
      long now = time.nanoTime();
      sample = new Sample(databaseMicros, localBefore + (now - localBefore) / 2);
    }

    @Override
    long local() {
      return time.nanoTime();
    }

    @Override
    boolean isGiven() {
      return false;
    }
  }

  private static final class Given extends Clock {
    private final TimeSource time;
    private final long origin;

    Given(TimeSource time) {
      this.time = time;
      origin = time.nanoTime();
    }

    @Override
    String now() {
      return givenNow() + "::bigint";
    }

    @Override
    String leaseNow() {
      return givenLeaseNow() + "::bigint";
    }

    @Override
    Long givenNow() {
      return Times.toMicros(time.now());
    }

    @Override
    Long givenLeaseNow() {
      return time.nanoTime() - origin;
    }

    @Override
    Instant estimate() {
      return time.now();
    }

    @Override
    void sampled(long databaseMicros, long localBefore) {}

    @Override
    long local() {
      return time.nanoTime();
    }

    @Override
    boolean isGiven() {
      return true;
    }
  }
}
