package dev.omniq.storage.postgres;

import java.time.Duration;

/**
 * What a look for the next due time has told of leases on the way: for a moment after it, nobody
 * need look for lost ones if none can have ended. This process's own claims, which may hold for
 * less, make it forgotten; those of others that hold for less than the moment are found after it.
 * Thread-safe.
 */
final class LeaseEnds {
  /** Longer than a worker's poll, so that one that is idle need not look; short beside 2 s. */
  private static final Duration MOMENT = Duration.ofMillis(1_250);

  private final boolean used;
  private volatile Span none = new Span(0, 0);

  /** No lease ends within it, by the clock of this process that does not jump. */
  private record Span(long from, long nanos) {}

  LeaseEnds(Clock clock) {
    used = !clock.isGiven(); // one that is given may be ahead by days at the next call
  }

  /** At a time, the first lease had so much left. */
  void sampled(long local, long nanosLeft) {
    none = new Span(local, Math.min(nanosLeft, MOMENT.toNanos()));
  }

  void forget() {
    none = new Span(0, 0);
  }

  /** Whether none can have ended. */
  boolean noneUntil(long local) {
    Span span = none;
    return used && span.nanos > 0 && local - span.from < span.nanos;
  }
}
