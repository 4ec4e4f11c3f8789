package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import java.time.Duration;
import java.util.List;

/**
 * A worker's sign of life.
 *
 * @param worker its incarnation, the name in its tokens
 * @param tokens the claims that it still holds
 * @param lease how long they hold from now on
 */
public record LeaseExtension(String worker, List<ClaimToken> tokens, Duration lease) {
  /** Copies the list. */
  public LeaseExtension {
    tokens = List.copyOf(tokens);
  }
}
