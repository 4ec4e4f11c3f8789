package dev.omniq.storage.file;

import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** Clocks that stand still until a test moves them. */
final class TestTime implements TimeSource {
  private volatile Instant now = Instant.parse("2026-11-23T10:00:00Z");
  private volatile long nanos = 1_000_000_000L;

  void advance(Duration by) {
    now = now.plus(by);
    nanos += by.toNanos();
  }

  /** As when somebody sets the clock of the machine. */
  void jump(Duration by) {
    now = now.plus(by);
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
    throw new UnsupportedOperationException("a store sets no alarms");
  }
}
