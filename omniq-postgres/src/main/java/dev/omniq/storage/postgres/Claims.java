package dev.omniq.storage.postgres;

import dev.omniq.task.ClaimToken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which claims this process has asked for, for workers that are its own: a new one need not be
 * looked for among those that hold. Thread-safe.
 */
final class Claims {
  /** More workers than this are forgotten, and from then on taken for somebody else's. */
  private static final int MOST = 10_000;

  private final Map<String, Long> last = new ConcurrentHashMap<>();

  /** Whether this worker is not known to be this process's own. */
  boolean isStrange(String worker) {
    return !last.containsKey(worker);
  }

  /** From now on a worker is this process's own: the database has no claim of it. */
  void own(String worker) {
    if (last.size() < MOST) {
      last.put(worker, Long.MIN_VALUE);
    }
  }

  /**
   * A claim that was asked for the first time has had nothing, for certain: the next one with the
   * same token is new again.
   */
  void hadNothing(ClaimToken first) {
    last.computeIfPresent(
        first.worker(), (worker, sequence) -> Math.min(sequence, first.sequence() - 1));
  }

  /** Notes that a claim is asked for: whether it is known to be for the first time. */
  boolean isNew(ClaimToken first) {
    Long before = last.get(first.worker());
    if (before == null) {
      return false;
    }
    last.put(first.worker(), Math.max(before, first.sequence()));
    return first.sequence() > before;
  }
}
