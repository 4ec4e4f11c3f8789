package dev.omniq.testkit;

import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** A clock for who waits alone: whenever somebody wants to wait, that time has passed. */
record LeapingTime(Supplier<ManualClock> clock) implements TimeSource {
  @Override
  public Instant now() {
    return clock.get().now();
  }

  @Override
  public long nanoTime() {
    return clock.get().nanoTime();
  }

  @Override
  public Alarm schedule(Duration delay, Runnable action) {
    clock.get().advance(delay);
    action.run();
    return () -> {};
  }
}
