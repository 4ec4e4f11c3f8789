package dev.omniq.storage.table;

import dev.omniq.task.ClaimToken;

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

  /** The same claim with a new lease. */
  Claim extended(long until) {
    return new Claim(token, first, claimedAt, until, extensions + 1);
  }
}
