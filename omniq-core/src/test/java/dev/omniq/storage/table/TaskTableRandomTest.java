package dev.omniq.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random changes to a table, which after each says what its plain entries say. */
class TaskTableRandomTest {
  private static final int STEPS = 1_500;
  private static final int IDS = 60;
  private static final long HORIZON = 900_000_000L;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyAnswer_sameAsWorkedOutFromTheEntries(long seed) {
    var run = new Run(seed);
    for (int step = 0; step < STEPS; step++) {
      run.step();
      assertThat(View.of(run.table, run.nanos))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(View.of(run.entries.values(), run.nanos));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void rollback_everyAnswerAsBefore(long seed) {
    var run = new Run(seed);
    for (int round = 0; round < 100; round++) {
      run.steps(10);
      var before = View.Exact.of(run.table, run.nanos);
      Map<TaskId, TestEntry> entries = new HashMap<>(run.entries);
      Map<TestEntry, Claim> claims = new HashMap<>();
      entries.values().forEach(e -> e.claim().ifPresent(claim -> claims.put(e, claim)));
      Map<String, Long> tokens = new HashMap<>(run.tokens);
      long nanos = run.nanos;

      run.table.begin();
      run.steps(1 + run.random.nextInt(15));
      run.table.rollback();

      assertThat(View.Exact.of(run.table, nanos))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(before);
      claims.forEach((entry, claim) -> assertThat(entry.claim()).contains(claim));
      run.entries.clear();
      run.entries.putAll(entries);
      run.tokens.clear();
      run.tokens.putAll(tokens); // tokens of an undone claim are free again
    }
  }

  /** A table, the entries that should be in it, and what happens to them. */
  private static final class Run {
    final TaskTable<TestEntry> table = new TaskTable<>();
    final Map<TaskId, TestEntry> entries = new HashMap<>();
    final Map<String, Long> tokens = new HashMap<>();
    final Random random;
    long micros = HORIZON;
    long nanos = 1;

    Run(long seed) {
      random = new Random(seed);
    }

    void steps(int count) {
      for (int i = 0; i < count; i++) {
        step();
      }
    }

    void step() {
      int choice = random.nextInt(100);
      if (choice < 45) {
        put();
      } else if (choice < 60) {
        claim();
      } else if (choice < 70) {
        extend();
      } else if (choice < 80) {
        replace();
      } else if (choice < 92) {
        remove();
      } else {
        nanos += random.nextInt(20) * 1_000_000_000L;
        micros += random.nextLong(-60_000_000, 120_000_000); // a wall clock may step back
      }
    }

    private void put() {
      TaskId id = TestEntry.id(random.nextInt(IDS));
      var builder =
          TestEntry.entry(table, id.value().getMostSignificantBits())
              .queue(any(View.QUEUES))
              .name(any(View.NAMES))
              .priority(random.nextInt(10))
              .due(micros + random.nextLong(-HORIZON, HORIZON) / 60_000_000 * 60_000_000);
      if (random.nextInt(3) == 0) {
        builder.key(any(View.KEYS));
      }
      if (random.nextInt(3) == 0) {
        builder.series(random.nextInt(View.SERIES));
      }
      if (random.nextInt(4) == 0) {
        builder.suspect();
      }
      if (random.nextInt(6) == 0) {
        builder.detached();
      }
      TestEntry entry = builder.build();
      boolean refused = entries.containsKey(id) || clashes(entry);
      try {
        table.put(entry);
        if (refused) {
          fail("accepted " + entry);
        }
        entries.put(id, entry);
        table.changed(Instant.EPOCH, id, entry.name(), entry.status());
      } catch (IllegalStateException e) {
        assertThat(refused).as(e.getMessage()).isTrue();
      }
    }

    private boolean clashes(TestEntry entry) {
      return entries.values().stream()
          .anyMatch(
              other ->
                  sameKey(entry, other)
                      || (entry.carriesSeries()
                          && other.carriesSeries()
                          && entry.series().equals(other.series())));
    }

    private static boolean sameKey(TestEntry one, TestEntry other) {
      return one.uniqueKey().isPresent()
          && one.uniqueKey().equals(other.uniqueKey())
          && one.queue().equals(other.queue());
    }

    private void claim() {
      String worker = "w" + random.nextInt(3);
      long first = tokens.getOrDefault(worker, 1L);
      Set<String> names = new HashSet<>(View.NAMES);
      names.remove(any(View.NAMES));
      List<QueueLimit> limits = new ArrayList<>();
      View.QUEUES.forEach(queue -> limits.add(new QueueLimit(queue, random.nextInt(4))));
      var request =
          new ClaimRequest(
              new ClaimToken(worker, first),
              1 + random.nextInt(5),
              limits,
              names,
              random.nextInt(2),
              Requests.LEASE);
      List<TestEntry> expected = View.claim(request, entries.values(), micros);

      List<TestEntry> claimed = table.claim(request, micros, nanos, TestEntry::running);

      assertThat(claimed)
          .extracting(TestEntry::id)
          .containsExactlyElementsOf(expected.stream().map(TestEntry::id).toList());
      claimed.forEach(entry -> entries.put(entry.id(), entry));
      assertThat(table.claim(request, micros, nanos, TestEntry::running))
          .as("the same claim again")
          .hasSize(claimed.isEmpty() ? 0 : claimed.size());
      tokens.put(worker, first + claimed.size());
    }

    private void extend() {
      List<TestEntry> running = entries.values().stream().filter(e -> !e.isPending()).toList();
      if (!running.isEmpty()) {
        TestEntry entry = any(running);
        table.extend(entry, Claim.expiry(nanos, Requests.LEASE));
      }
    }

    private void replace() {
      if (!entries.isEmpty()) {
        TestEntry before = any(List.copyOf(entries.values()));
        long due = micros + random.nextLong(-HORIZON, HORIZON);
        Claim claim = before.claim().orElse(null);
        TestEntry after =
            claim != null && random.nextInt(3) == 0
                ? before.running(claim)
                : before.pending(due, random.nextInt(3) == 0);
        table.replace(before, after);
        entries.put(after.id(), after);
        table.changed(Instant.EPOCH, after.id(), after.name(), after.status());
      }
    }

    private void remove() {
      if (!entries.isEmpty()) {
        TestEntry entry = any(List.copyOf(entries.values()));
        table.remove(entry);
        entries.remove(entry.id());
      }
    }

    private <T> T any(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }
  }
}
