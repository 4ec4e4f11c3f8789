package dev.omniq.storage.table;

import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.QueueStats;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Everything that a table of the random test can be asked, as data: asked of the table, or worked
 * out anew from a plain collection of its entries.
 */
record View(
    List<TestEntry> byId,
    Map<String, TestEntry> keys,
    Map<TaskId, TestEntry> series,
    Map<String, QueueStats.Counts> counts,
    Map<String, Long> names,
    Map<ClaimRequest, OptionalLong> nextDue,
    List<Claim> expired,
    Map<String, Integer> running) {

  static final List<String> QUEUES = List.of("a", "b");
  static final List<String> NAMES = List.of("m", "n", "o");
  static final List<String> KEYS = List.of("k0", "k1", "k2", "k3");
  static final int SERIES = 5;

  private static final List<ClaimRequest> REQUESTS =
      List.of(
          request(1, "a", "m"), request(0, "a", "m"), request(1, "b", "n"), request(0, "b", "o"));

  private static ClaimRequest request(int suspects, String queue, String name) {
    return Requests.claim(1, 1, suspects, Set.of(name), new QueueLimit(queue, 1));
  }

  /** What the table says. */
  static View of(TaskTable<TestEntry> table, long nanoNow) {
    Map<String, TestEntry> keys = new HashMap<>();
    for (String queue : QUEUES) {
      KEYS.forEach(
          key -> table.holder(queue, key).ifPresent(holder -> keys.put(queue + key, holder)));
    }
    Map<TaskId, TestEntry> series = new HashMap<>();
    for (int i = 0; i < SERIES; i++) {
      TaskId id = TestEntry.id(i);
      table.liveRun(id).ifPresent(run -> series.put(id, run));
    }
    Map<ClaimRequest, OptionalLong> nextDue = new HashMap<>();
    REQUESTS.forEach(request -> nextDue.put(request, table.nextDue(request)));
    Map<String, Integer> running = new HashMap<>();
    table.workers(nanoNow).stream()
        .filter(info -> info.running() > 0)
        .forEach(info -> running.put(info.worker(), info.running()));
    return new View(
        table.slice(Optional.empty(), Integer.MAX_VALUE),
        keys,
        series,
        table.counts(),
        table.liveByName(),
        nextDue,
        claims(table.expired(nanoNow, Integer.MAX_VALUE)),
        running);
  }

  /** What it should say, from its entries alone. */
  static View of(Collection<TestEntry> entries, long nanoNow) {
    Map<String, TestEntry> keys = new HashMap<>();
    Map<TaskId, TestEntry> series = new HashMap<>();
    Map<String, Long> names = new HashMap<>();
    Map<String, Integer> running = new HashMap<>();
    for (TestEntry entry : entries) {
      entry.uniqueKey().ifPresent(key -> keys.put(entry.queue() + key, entry));
      entry.series().filter(id -> !entry.detached()).ifPresent(id -> series.put(id, entry));
      names.merge(entry.name(), 1L, Long::sum);
      entry.claim().ifPresent(claim -> running.merge(claim.token().worker(), 1, Integer::sum));
    }
    Map<ClaimRequest, OptionalLong> nextDue = new HashMap<>();
    for (ClaimRequest request : REQUESTS) {
      nextDue.put(
          request,
          entries.stream()
              .filter(entry -> mayTake(request, entry))
              .mapToLong(TestEntry::dueAt)
              .min());
    }
    return new View(
        entries.stream().sorted(Comparator.comparing((TestEntry e) -> e.id()).reversed()).toList(),
        keys,
        series,
        counts(entries),
        names,
        nextDue,
        expired(entries, nanoNow),
        running);
  }

  /** What a claim should give, in its order. */
  static List<TestEntry> claim(ClaimRequest request, Collection<TestEntry> entries, long now) {
    Map<String, Integer> left = new HashMap<>();
    request.queues().forEach(queue -> left.put(queue.queue(), queue.limit()));
    int suspects = request.suspects();
    List<TestEntry> taken = new ArrayList<>();
    List<TestEntry> due =
        entries.stream()
            .filter(entry -> mayTake(request, entry) && entry.dueAt() <= now)
            .sorted(
                Comparator.comparingLong((TestEntry e) -> e.dueAt() - e.priority() * 60_000_000L)
                    .thenComparingLong(TestEntry::sequence))
            .toList();
    for (TestEntry entry : due) {
      if (taken.size() == request.limit()) {
        break;
      }
      boolean considered = !entry.suspect() || suspects-- > 0;
      if (considered && left.get(entry.queue()) > 0) {
        taken.add(entry);
        left.merge(entry.queue(), -1, Integer::sum);
      }
    }
    return taken;
  }

  private static boolean mayTake(ClaimRequest request, TestEntry entry) {
    return entry.status() == TaskStatus.PENDING
        && request.names().contains(entry.name())
        && (!entry.suspect() || request.suspects() > 0)
        && request.queues().stream()
            .anyMatch(queue -> queue.queue().equals(entry.queue()) && queue.limit() > 0);
  }

  private static Map<String, QueueStats.Counts> counts(Collection<TestEntry> entries) {
    Map<String, QueueStats.Counts> counts = new HashMap<>();
    for (String queue : QUEUES) {
      List<TestEntry> here = entries.stream().filter(e -> e.queue().equals(queue)).toList();
      List<TestEntry> pending =
          here.stream().filter(e -> e.status() == TaskStatus.PENDING).toList();
      if (!here.isEmpty()) {
        counts.put(
            queue,
            new QueueStats.Counts(
                Map.of(
                    TaskStatus.PENDING,
                    (long) pending.size(),
                    TaskStatus.RUNNING,
                    (long) here.size() - pending.size()),
                pending.stream().map(TestEntry::dueAt).min(Long::compare).map(Times::ofMicros)));
      }
    }
    return counts;
  }

  private static List<Claim> expired(Collection<TestEntry> entries, long nanoNow) {
    return entries.stream()
        .filter(entry -> entry.status() == TaskStatus.RUNNING)
        .sorted(Comparator.comparingLong(TestEntry::sequence))
        .map(entry -> entry.claim().orElseThrow())
        .filter(claim -> claim.expiresAt() <= nanoNow)
        .sorted(Comparator.comparingLong(Claim::expiresAt))
        .toList();
  }

  private static List<Claim> claims(List<TestEntry> entries) {
    return entries.stream().map(entry -> entry.claim().orElseThrow()).toList();
  }

  /** What a rollback must restore: all but when a worker was last seen, which stays true. */
  record Exact(View view, long nextSequence, Changes changes) {
    static Exact of(TaskTable<TestEntry> table, long nanoNow) {
      return new Exact(
          View.of(table, nanoNow), table.nextSequence(), table.changes(0, Integer.MAX_VALUE));
    }
  }
}
