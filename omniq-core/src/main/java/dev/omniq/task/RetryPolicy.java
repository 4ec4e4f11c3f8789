package dev.omniq.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How often and when a failed attempt is repeated: stored data, not code.
 *
 * <p>The delay before retry {@code n} is {@code min(firstDelay × multiplier^(n-1), maxDelay)},
 * spread evenly by ± {@code jitter}. The default, from the reference, is 3 retries after 1 s, 2 s
 * and 4 s, at most 60 s apart, ± 25 %.
 *
 * @param maxRetries how many retries follow a failed first attempt; 3 means up to 4 executions
 * @param firstDelay the delay before the first retry
 * @param multiplier the growth from one delay to the next, at least 1
 * @param maxDelay the longest delay, before jitter
 * @param jitter the spread as a fraction of the delay, from 0 to 1
 * @param permanent class names of exceptions that are never retried, subclasses included
 */
public record RetryPolicy(
    int maxRetries,
    Duration firstDelay,
    double multiplier,
    Duration maxDelay,
    double jitter,
    List<String> permanent) {

  private static final RetryPolicy DEFAULT =
      new RetryPolicy(3, Duration.ofSeconds(1), 2.0, Duration.ofSeconds(60), 0.25, List.of());

  /** Checks every value. */
  public RetryPolicy {
    if (maxRetries < 0) {
      throw new IllegalArgumentException("maxRetries must not be negative, but is " + maxRetries);
    }
    requireDelay("firstDelay", firstDelay);
    requireDelay("maxDelay", maxDelay);
    if (!(multiplier >= 1 && multiplier <= 1000)) {
      throw new IllegalArgumentException(
          "multiplier must be between 1 and 1000, but is " + multiplier);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter must be between 0 and 1, but is " + jitter);
    }
    permanent = List.copyOf(permanent);
  }

  /** Three retries with exponential backoff. */
  public static RetryPolicy defaults() {
    return DEFAULT;
  }

  /** No retry: the first failure is final. */
  public static RetryPolicy none() {
    return DEFAULT.maxRetries(0);
  }

  /** The same delay before every retry, without jitter. */
  public static RetryPolicy fixed(int maxRetries, Duration delay) {
    return new RetryPolicy(maxRetries, delay, 1.0, delay, 0.0, List.of());
  }

  /** A delay that doubles from {@code firstDelay} up to {@code maxDelay}, ± 25 %. */
  public static RetryPolicy exponential(int maxRetries, Duration firstDelay, Duration maxDelay) {
    return new RetryPolicy(maxRetries, firstDelay, 2.0, maxDelay, 0.25, List.of());
  }

  /** This policy with another number of retries. */
  public RetryPolicy maxRetries(int retries) {
    return new RetryPolicy(retries, firstDelay, multiplier, maxDelay, jitter, permanent);
  }

  /** This policy with another jitter, a fraction from 0 to 1. */
  public RetryPolicy jitter(double fraction) {
    return new RetryPolicy(maxRetries, firstDelay, multiplier, maxDelay, fraction, permanent);
  }

  /** This policy, with the given exceptions (and their subclasses) never retried. */
  @SafeVarargs
  public final RetryPolicy neverFor(Class<? extends Throwable>... exceptions) {
    var names = new ArrayList<>(permanent);
    for (Class<? extends Throwable> exception : exceptions) {
      names.add(exception.getName());
    }
    return new RetryPolicy(maxRetries, firstDelay, multiplier, maxDelay, jitter, names);
  }

  /** Whether a failure with this exception is final whatever the budget. */
  public boolean isPermanent(Throwable failure) {
    for (Class<?> c = failure.getClass(); c != null; c = c.getSuperclass()) {
      if (permanent.contains(c.getName())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The delay before a retry.
   *
   * @param retry 1 for the first retry
   * @param random evenly spread in [0, 1); 0.5 gives the delay without jitter
   */
  public Duration delayBefore(int retry, double random) {
    double grown = firstDelay.toNanos() / 1e9 * Math.pow(multiplier, Math.max(0, retry - 1));
    double seconds = Math.min(grown, maxDelay.toNanos() / 1e9);
    double spread = seconds * (1 + jitter * (2 * random - 1));
    return Duration.ofNanos(Math.round(spread * 1e9));
  }

  private static void requireDelay(String what, Duration delay) {
    Objects.requireNonNull(delay, what);
    if (delay.isNegative() || delay.compareTo(Duration.ofDays(366)) > 0) {
      throw new IllegalArgumentException(
          what + " must be between zero and 366 days, but is " + delay);
    }
  }
}
