package dev.omniq.storage.table;

import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The claims: by the end of their lease and by the worker that holds them. */
final class Leases {
  /** A worker that holds nothing is forgotten when it was not seen for this long. */
  static final Duration MEMORY = Duration.ofMinutes(10);

  private static final long MEMORY_NANOS = MEMORY.toNanos();
  private static final long SWEEP_NANOS = Duration.ofMinutes(1).toNanos();

  /** Nanoseconds of a monotonic clock may wrap, so only their differences are compared. */
  private static final Comparator<Entry> BY_EXPIRY =
      (one, other) -> {
        long difference = claimOf(one).expiresAt() - claimOf(other).expiresAt();
        if (difference != 0) {
          return Long.signum(difference);
        }
        int order = Long.compare(one.sequence(), other.sequence());
        return order != 0 ? order : one.compareId(other.high(), other.low());
      };

  private final NavigableSet<Entry> byExpiry = new TreeSet<>(BY_EXPIRY);
  private final Map<String, Holder> workers = new HashMap<>();
  private long lastSweep;

  /** What is known of a worker. */
  private static final class Holder {
    final NavigableMap<Long, Entry> held = new TreeMap<>();

    /** The highest sequence of its tokens so far: a claim that starts no higher is a repetition. */
    long drawn = Long.MIN_VALUE;

    long lastSeenMicros;
    long lastSeenNanos;

    Holder(long micros, long nanos) {
      lastSeenMicros = micros;
      lastSeenNanos = nanos;
    }
  }

  void add(Entry entry) {
    Claim claim = claimOf(entry);
    Holder holder =
        workers.computeIfAbsent(
            claim.token().worker(), worker -> new Holder(claim.claimedAt(), claim.expiresAt()));
    holder.held.put(claim.token().sequence(), entry);
    holder.drawn = Math.max(holder.drawn, claim.token().sequence());
    byExpiry.add(entry);
  }

  void remove(Entry entry) {
    ClaimToken token = claimOf(entry).token();
    byExpiry.remove(entry);
    Objects.requireNonNull(workers.get(token.worker())).held.remove(token.sequence());
  }

  @Nullable Entry held(ClaimToken token) {
    Holder holder = workers.get(token.worker());
    return holder == null ? null : holder.held.get(token.sequence());
  }

  long drawn(String worker) {
    Holder holder = workers.get(worker);
    return holder == null ? Long.MIN_VALUE : holder.drawn;
  }

  /** Sets {@link #drawn} back, when the claim that drew the tokens is undone. */
  void resetDrawn(String worker, long drawn) {
    Holder holder = workers.get(worker);
    if (holder != null) {
      holder.drawn = drawn;
    }
  }

  /** What the claim call that began with this token gave and the worker still holds. */
  List<Entry> heldSince(ClaimToken first) {
    Holder holder = workers.get(first.worker());
    Collection<Entry> later =
        holder == null ? List.of() : holder.held.tailMap(first.sequence()).values();
    return later.stream().filter(entry -> claimOf(entry).first() == first.sequence()).toList();
  }

  /** All claimed entries. */
  Collection<Entry> all() {
    return byExpiry;
  }

  List<Entry> expired(long nanos, int limit) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry : byExpiry) {
      if (found.size() == limit || claimOf(entry).expiresAt() - nanos > 0) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  void seen(String worker, long micros, long nanos) {
    Holder holder = workers.computeIfAbsent(worker, name -> new Holder(micros, nanos));
    holder.lastSeenMicros = micros;
    holder.lastSeenNanos = nanos;
    if (nanos - lastSweep > SWEEP_NANOS || lastSweep == 0) {
      lastSweep = nanos;
      workers.values().removeIf(each -> isForgotten(each, nanos));
    }
  }

  List<WorkerInfo> workers(long nanos) {
    List<WorkerInfo> infos = new ArrayList<>();
    workers.forEach(
        (name, holder) -> {
          if (!isForgotten(holder, nanos)) {
            infos.add(
                new WorkerInfo(name, Times.ofMicros(holder.lastSeenMicros), holder.held.size()));
          }
        });
    infos.sort(Comparator.comparing(WorkerInfo::worker));
    return infos;
  }

  private static boolean isForgotten(Holder holder, long nanos) {
    return holder.held.isEmpty() && nanos - holder.lastSeenNanos > MEMORY_NANOS;
  }

  private static Claim claimOf(Entry entry) {
    return Objects.requireNonNull(entry.claim);
  }
}
