package dev.omniq.storage.table;

import dev.omniq.task.ClaimToken;
import java.time.Duration;

/**
 * A worker's hold on a task.
 *
 * @param token the proof
 * @param first the sequence of the first token of the same claim call
 * @param claimedAt when it was claimed, in microseconds since the epoch
 * @param expiresAt when the lease runs out, in nanoseconds of the monotonic clock
 * @param extensions how often the lease was extended
 */
public record Claim(ClaimToken token, long first, long claimedAt, long expiresAt, long extensions) {

  private static final long LONGEST_LEASE = Long.MAX_VALUE / 4;

  /** When a lease that is granted now runs out; one of more than 70 years never does. */
  public static long expiry(long nanoNow, Duration lease) {
    boolean endless = lease.compareTo(Duration.ofNanos(LONGEST_LEASE)) > 0;
    return nanoNow + (endless ? LONGEST_LEASE : lease.toNanos());
  }

  /** The same claim with a new lease. */
  Claim extended(long until) {
    return new Claim(token, first, claimedAt, until, extensions + 1);
  }
}
