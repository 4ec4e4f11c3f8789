package dev.omniq.storage.table;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of a {@link TaskTable}, all derived from its entries, which are in all of them or in
 * none. Nothing here checks a rule unless it is asked to.
 */
@SuppressWarnings("ReferenceEquality") // an entry is itself, not another of the same task
final class Indexes {
  private final IdIndex ids = new IdIndex();
  private final Map<String, LiveQueue> queues = new HashMap<>();
  private final Map<TaskId, Entry> liveRuns = new HashMap<>();
  private final Leases leases = new Leases();

  // ---- look ----

  IdIndex ids() {
    return ids;
  }

  Leases leases() {
    return leases;
  }

  Collection<LiveQueue> queues() {
    return queues.values();
  }

  @Nullable Entry find(TaskId id) {
    return ids.get(id.value().getMostSignificantBits(), id.value().getLeastSignificantBits());
  }

  @Nullable Entry holder(String queue, String key) {
    LiveQueue found = queues.get(queue);
    return found == null ? null : found.holder(key);
  }

  @Nullable Entry liveRun(TaskId seriesId) {
    return liveRuns.get(seriesId);
  }

  /** The one instance for a queue and a name, to make entries with. */
  Kind kind(String queue, String name) {
    LiveQueue found = queues.get(queue);
    Kind kind = found == null ? null : found.kind(name);
    return kind == null ? new Kind(queue, name) : kind;
  }

  /** Those of a queue, of a name, of both or of all. */
  List<Kind> kinds(Optional<String> queue, Optional<String> name) {
    List<Kind> kinds = new ArrayList<>();
    for (LiveQueue each : queue.map(this::queue).orElse(queues.values())) {
      kinds.addAll(name.isPresent() ? each.kinds(Set.of(name.get())) : each.kinds());
    }
    return kinds;
  }

  private Collection<LiveQueue> queue(String name) {
    LiveQueue found = queues.get(name);
    return found == null ? List.of() : List.of(found);
  }

  /** The lanes that a request may take from. */
  Stream<Lane> lanes(ClaimRequest request) {
    Set<String> asked = new LinkedHashSet<>();
    for (QueueLimit queue : request.queues()) {
      if (queue.limit() > 0) {
        asked.add(queue.queue());
      }
    }
    return asked.stream()
        .map(queues::get)
        .filter(Objects::nonNull)
        .flatMap(queue -> queue.kinds(request.names()).stream())
        .flatMap(kind -> kind.lanes().stream())
        .filter(lane -> !lane.suspect() || request.suspects() > 0);
  }

  // ---- change ----

  void link(Entry entry) {
    ids.add(entry);
    enlist(entry);
    hold(entry);
  }

  void unlink(Entry entry) {
    ids.remove(entry);
    delist(entry);
    release(entry);
  }

  void swap(Entry before, Entry after) {
    ids.replace(before, after);
    enlist(after); // first, so that the queue of a lone task is not dropped and made anew
    delist(before);
    release(before);
    hold(after);
  }

  private void enlist(Entry entry) {
    queues.computeIfAbsent(entry.queue(), LiveQueue::new).add(entry);
    if (entry.carriesSeries()) {
      liveRuns.put(entry.series().orElseThrow(), entry);
    }
  }

  private void delist(Entry entry) {
    LiveQueue queue = Objects.requireNonNull(queues.get(entry.queue()));
    queue.remove(entry);
    if (queue.isEmpty()) {
      queues.remove(queue.name());
    }
    if (entry.carriesSeries()) {
      liveRuns.remove(entry.series().orElseThrow(), entry);
    }
  }

  private void hold(Entry entry) {
    if (!entry.isPending()) {
      leases.add(entry);
    }
  }

  private void release(Entry entry) {
    if (!entry.isPending()) {
      leases.remove(entry);
    }
  }

  /** Gives a RUNNING task another claim. */
  void lease(Entry entry, Claim claim) {
    leases.remove(entry);
    entry.claim = claim;
    leases.add(entry);
  }

  // ---- rules ----

  void requireNew(Entry entry) {
    if (ids.get(entry.high(), entry.low()) != null) {
      throw new IllegalStateException("in the table already: " + entry);
    }
  }

  void requirePresent(Entry entry) {
    if (ids.get(entry.high(), entry.low()) != entry) {
      throw new IllegalStateException("not in the table: " + entry);
    }
  }

  /** Checks that the key and the series of an entry are free, or held by what it replaces. */
  void requireFree(Entry entry, @Nullable Entry replaced) {
    String key = entry.uniqueKey().orElse(null);
    Entry holder = key == null ? null : holder(entry.queue(), key);
    if (holder != null && holder != replaced) {
      throw new IllegalStateException("key of " + entry + " is held by " + holder);
    }
    Entry run = entry.carriesSeries() ? liveRuns.get(entry.series().orElseThrow()) : null;
    if (run != null && run != replaced) {
      throw new IllegalStateException("series of " + entry + " has the live run " + run);
    }
    Entry held = entry.claim == null ? null : leases.held(entry.claim.token());
    if (held != null && held != replaced) {
      throw new IllegalStateException("token of " + entry + " is that of " + held);
    }
  }
}
