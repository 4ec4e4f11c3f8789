package dev.omniq.storage;

import java.time.Duration;

/**
 * How long finished tasks are kept.
 *
 * @param success SUCCESS, from its end
 * @param failure FAILED and CANCELLED, from their end
 * @param most at most this many finished tasks; beyond it the lowest ids go first
 */
public record Retention(Duration success, Duration failure, long most) {

  /** 24 hours, 14 days, and a million. */
  public static Retention defaults() {
    return new Retention(Duration.ofHours(24), Duration.ofDays(14), 1_000_000);
  }

  /** Checks the bounds. */
  public Retention {
    if (success.isNegative() || failure.isNegative() || most < 0) {
      throw new IllegalArgumentException(
          "retention must not be negative: success %s, failure %s, most %d"
              .formatted(success, failure, most));
    }
  }
}
