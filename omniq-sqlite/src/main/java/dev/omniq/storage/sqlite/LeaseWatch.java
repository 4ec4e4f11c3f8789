package dev.omniq.storage.sqlite;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells when leases run out, by this process's own clock that does not jump. Processes share no
 * such clock, and a wall clock may jump: so each watches how often a claim was extended. One that
 * was not for as long as its lease, since this process saw that number first, has run out.
 *
 * <p>A claim of this process is seen when it is made, another's when it is looked at; so a process
 * may find a lease run out later than it did, never earlier. Thread-safe.
 */
final class LeaseWatch {
  private static final Duration LONGEST = Duration.ofDays(10_000);

  private final TimeSource time;
  private final Map<ClaimToken, Seen> seen = new ConcurrentHashMap<>();

  LeaseWatch(TimeSource time) {
    this.time = time;
  }

  /** What was seen of a claim, and when by the monotonic clock. */
  private record Seen(long extensions, long at) {}

  /** A lease as it is stored: its length in nanoseconds, bounded. */
  static long stored(Duration lease) {
    return (lease.compareTo(LONGEST) > 0 ? LONGEST : lease).toNanos();
  }

  long now() {
    return time.nanoTime();
  }

  /** Notes what this process itself made of a claim, at a time of {@link #now}. */
  void made(ClaimToken token, long extensions, long at) {
    seen.put(token, new Seen(extensions, at));
  }

  /** How long a claim holds yet, in nanoseconds; none or less if its lease has run out. */
  long left(ClaimToken token, long extensions, long lease) {
    long now = time.nanoTime();
    Seen before = seen.get(token);
    if (before == null || before.extensions != extensions) {
      before = new Seen(extensions, now);
      seen.put(token, before);
    }
    return lease - (now - before.at);
  }

  /** Forgets all claims but these. */
  void keep(Set<ClaimToken> present, long readAt) {
    // What was made since the others were read is not among them.
    seen.entrySet()
        .removeIf(entry -> entry.getValue().at - readAt < 0 && !present.contains(entry.getKey()));
  }
}
