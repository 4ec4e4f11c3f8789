package dev.omniq.storage.table;

import static dev.omniq.storage.table.Requests.claim;
import static dev.omniq.storage.table.Requests.token;
import static dev.omniq.storage.table.TestEntry.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Times;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskTableLeaseTest {
  private static final long LEASE = Requests.LEASE.toNanos();
  private static final long NOW = 5_000_000;

  private final TaskTable<TestEntry> table = new TaskTable<>();

  @Test
  void expired_leaseThatHasEnded() {
    TestEntry running = claimOne(1, 0);

    assertThat(table.expired(LEASE - 1, 9)).isEmpty();
    assertThat(table.expired(LEASE, 9)).containsExactly(running);
  }

  @Test
  void expired_oldestFirstAndNoMoreThanAsked() {
    TestEntry first = claimOne(1, 0);
    TestEntry second = claimOne(2, 10);
    TestEntry third = claimOne(3, 20);
    table.extend(first, LEASE + 30);

    assertThat(table.expired(LEASE + 99, 2)).containsExactly(second, third);
  }

  @Test
  void expired_whenTheMonotonicClockWraps() {
    TestEntry first = claimOne(1, Long.MAX_VALUE - LEASE - 5);
    TestEntry second = claimOne(2, Long.MAX_VALUE - LEASE + 5);

    assertThat(table.expired(Long.MAX_VALUE, 9)).containsExactly(first);
    assertThat(table.expired(Long.MIN_VALUE + 10, 9)).containsExactly(first, second);
  }

  @Test
  void extend_countsAndMovesTheLease() {
    TestEntry running = claimOne(1, 0);

    table.extend(running, 2 * LEASE);

    Claim claim = running.claim().orElseThrow();
    assertThat(claim.extensions()).isEqualTo(1);
    assertThat(claim.expiresAt()).isEqualTo(2 * LEASE);
    assertThat(table.expired(2 * LEASE - 1, 9)).isEmpty();
    assertThat(table.held(token(1))).contains(running);
  }

  @Test
  void held_claimThatIsOver() {
    TestEntry running = claimOne(1, 0);

    table.replace(running, running.pending(NOW, true));

    assertThat(table.held(token(1))).isEmpty();
    assertThat(table.expired(LEASE, 9)).isEmpty();
  }

  @Test
  void expiry_leaseBeyondAllTime() {
    assertThat(Claim.expiry(1_000, Duration.ofSeconds(Long.MAX_VALUE)))
        .isGreaterThan(Duration.ofDays(366 * 50).toNanos());
  }

  @Test
  void workers_lastSeenAndRunning() {
    claimOne(1, 0);
    claimOne(2, 0);
    table.seen("idle", NOW + 7, 0);

    assertThat(table.workers(0))
        .containsExactly(
            new WorkerInfo("idle", Times.ofMicros(NOW + 7), 0),
            new WorkerInfo("w", Times.ofMicros(NOW), 2));
  }

  @Test
  void workers_idleAndNotSeenForLong_areForgotten() {
    long later = Leases.MEMORY.toNanos() + 1;
    table.seen("gone", NOW, 0);
    table.seen("here", NOW, later);

    assertThat(table.workers(later)).extracting(WorkerInfo::worker).containsExactly("here");
  }

  @Test
  void workers_thatHoldSomethingAreNeverForgotten() {
    claimOne(1, 0);
    long later = 10 * Leases.MEMORY.toNanos();
    table.seen("here", NOW, later);

    assertThat(table.workers(later)).extracting(WorkerInfo::worker).containsExactly("here", "w");
  }

  @Test
  void put_entryThatIsRunning() {
    var claim = new Claim(new ClaimToken("w", 4), 3, NOW, LEASE, 2);

    TestEntry running = entry(table, 1).claim(claim).put();

    assertThat(table.held(claim.token())).contains(running);
    assertThat(table.workers(0)).containsExactly(new WorkerInfo("w", Times.ofMicros(NOW), 1));
    assertThat(table.claim(claim(3, 9), NOW, 0, TestEntry::running)).containsExactly(running);
  }

  private TestEntry claimOne(long number, long nanos) {
    entry(table, number).due(NOW).put();
    List<TestEntry> claimed = table.claim(claim(number, 1), NOW, nanos, TestEntry::running);
    assertThat(claimed).hasSize(1);
    return claimed.get(0);
  }
}
