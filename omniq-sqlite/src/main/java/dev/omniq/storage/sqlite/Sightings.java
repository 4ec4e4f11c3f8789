package dev.omniq.storage.sqlite;

import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which workers were seen lately, by this process's clock that does not jump: the stored time only
 * tells that a worker was seen again. Thread-safe.
 */
final class Sightings {
  private static final Duration LATELY = Duration.ofMinutes(10);

  private final TimeSource time;
  private final Map<String, Sighting> sightings = new ConcurrentHashMap<>();

  Sightings(TimeSource time) {
    this.time = time;
  }

  /** The stored time, and when by the monotonic clock this process learned it. */
  private record Sighting(long seenAt, long learnedAt) {}

  /** Notes what this process itself stores. */
  void made(String worker, long seenAt) {
    sightings.put(worker, new Sighting(seenAt, time.nanoTime()));
  }

  /** Whether a worker with this stored time was seen lately. */
  boolean isRecent(String worker, long seenAt) {
    Sighting before = sightings.get(worker);
    if (before == null || before.seenAt != seenAt) {
      before = new Sighting(seenAt, time.nanoTime());
      sightings.put(worker, before);
    }
    return time.nanoTime() - before.learnedAt <= LATELY.toNanos();
  }

  /** Forgets a worker. */
  void forget(String worker) {
    sightings.remove(worker);
  }
}
