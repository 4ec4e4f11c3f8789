package dev.omniq.storage.memory;

import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** Clocks that stand still until a test moves them. */
final class StillClock implements TimeSource {
  private volatile Instant now = Instant.parse("2026-11-23T09:00:00Z");
  private volatile long nanos;

  void advance(Duration by) {
    now = now.plus(by);
    nanos += by.toNanos();
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Alarm schedule(Duration delay, Runnable action) {
    throw new UnsupportedOperationException("a store that needs no alarms");
  }
}
