package dev.omniq.storage.table;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.ClaimToken;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Claim requests in few words. */
final class Requests {
  static final Duration LEASE = Duration.ofSeconds(30);

  private Requests() {}

  static ClaimToken token(long sequence) {
    return new ClaimToken("w", sequence);
  }

  /** Everything of the default queue with the name n. */
  static ClaimRequest claim(long first, int limit) {
    return claim(first, limit, 1, Set.of("n"), new QueueLimit("default", limit));
  }

  static ClaimRequest claim(
      long first, int limit, int suspects, Set<String> names, QueueLimit... queues) {
    return new ClaimRequest(token(first), limit, List.of(queues), names, suspects, LEASE);
  }
}
