package dev.omniq.worker;

import dev.omniq.storage.Retention;
import java.time.Duration;
import java.util.Map;

/**
 * How a worker works.
 *
 * @param concurrency at most this many handlers run at once
 * @param pollInterval the longest time between two looks for due tasks; a safety net, since due
 *     times and wake-ups end a worker's sleep before
 * @param queues the queues it takes from, each with the most handlers that it may have running
 * @param lease how long a claim holds unless renewed
 * @param shutdownTimeout how long {@code close()} waits for running handlers before it interrupts
 * @param retention how long finished tasks are kept
 */
public record WorkerOptions(
    int concurrency,
    Duration pollInterval,
    Map<String, Integer> queues,
    Duration lease,
    Duration shutdownTimeout,
    Retention retention) {

  /** The most handlers that one worker may run at once. */
  public static final int MAX_CONCURRENCY = 100_000;

  /** Checks every value; the message names the value and what is allowed. */
  public WorkerOptions {
    requireBetween("concurrency", concurrency, MAX_CONCURRENCY);
    requireBetween("pollInterval", pollInterval, Duration.ofMillis(1), Duration.ofHours(1));
    requireBetween("lease", lease, Duration.ofMillis(100), Duration.ofDays(1));
    requireBetween("shutdownTimeout", shutdownTimeout, Duration.ZERO, Duration.ofDays(1));
    queues = Map.copyOf(queues);
    if (queues.isEmpty()) {
      throw new IllegalArgumentException("a worker needs at least one queue");
    }
    queues.forEach(
        (queue, most) -> requireBetween("concurrency of " + queue, most, MAX_CONCURRENCY));
  }

  private static void requireBetween(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          what + " must be between 1 and " + most + ", but is " + value);
    }
  }

  private static void requireBetween(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + " must be between " + least + " and " + most + ", but is " + value);
    }
  }
}
