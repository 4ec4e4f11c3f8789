package dev.omniq.storage.table;

import static dev.omniq.storage.table.Requests.claim;
import static dev.omniq.storage.table.Requests.token;
import static dev.omniq.storage.table.TestEntry.entry;
import static dev.omniq.storage.table.TestEntry.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskTableClaimTest {
  private static final long MINUTE = 60_000_000;
  private static final long NOW = 1_000 * MINUTE;

  private final TaskTable<TestEntry> table = new TaskTable<>();

  @Test
  void claim_earliestDueFirst() {
    entry(table, 1).due(NOW - 1).put();
    entry(table, 2).due(NOW - 3).put();
    entry(table, 3).due(NOW - 2).put();

    assertThat(claimed(claim(1, 2))).containsExactly(id(2), id(3));
  }

  @Test
  void claim_orderOfInsertionAmongEquals() {
    entry(table, 9).due(NOW).put();
    entry(table, 3).due(NOW).put();
    entry(table, 5).due(NOW).put();

    assertThat(claimed(claim(1, 9))).containsExactly(id(9), id(3), id(5));
  }

  @Test
  void claim_priorityIsAHeadStartOfMinutes() {
    entry(table, 1).due(NOW - 3 * MINUTE).put();
    entry(table, 2).due(NOW).priority(2).put();
    entry(table, 3).due(NOW).priority(3).put();
    entry(table, 4).due(NOW).priority(4).put();

    assertThat(claimed(claim(1, 9))).containsExactly(id(4), id(1), id(3), id(2));
  }

  @Test
  void claim_neverBeforeDue() {
    entry(table, 1).due(NOW + 1).priority(9).put();

    assertThat(claimed(claim(1, 9))).isEmpty();
  }

  @Test
  void claim_clockThatSteppedBack() {
    entry(table, 1).due(NOW - 5).put();
    entry(table, 2).due(NOW - 1).priority(9).put();
    assertThat(claimed(claim(1, 1))).containsExactly(id(2));

    assertThat(table.claim(claim(2, 9), NOW - 6, 0, TestEntry::running)).isEmpty();
    assertThat(claimed(claim(3, 9))).containsExactly(id(1));
  }

  @Test
  void claim_runningUnderConsecutiveTokens() {
    entry(table, 1).due(NOW - 1).put();
    entry(table, 2).due(NOW).put();

    List<TestEntry> claimed = table.claim(claim(5, 9), NOW, 77, TestEntry::running);

    assertThat(claimed).extracting(TestEntry::status).containsOnly(TaskStatus.RUNNING);
    long expiry = 77 + Requests.LEASE.toNanos();
    assertThat(claimed)
        .extracting(entry -> entry.claim().orElseThrow())
        .containsExactly(
            new Claim(token(5), 5, NOW, expiry, 0), new Claim(token(6), 5, NOW, expiry, 0));
    assertThat(table.held(token(6))).contains(claimed.get(1));
  }

  @Test
  void claim_mergesQueuesByOrder() {
    entry(table, 1).queue("a").due(NOW - 4).put();
    entry(table, 2).queue("b").due(NOW - 3).put();
    entry(table, 3).queue("a").name("m").due(NOW - 2).put();
    entry(table, 4).queue("b").due(NOW - 1).put();

    assertThat(claimed(claim(1, 9, 0, Set.of("n", "m"), limit("a", 9), limit("b", 9))))
        .containsExactly(id(1), id(2), id(3), id(4));
  }

  @Test
  void claim_limitOfAQueue() {
    for (int i = 1; i <= 6; i++) {
      entry(table, i).queue(i % 2 == 0 ? "even" : "odd").due(NOW - 10 + i).put();
    }

    assertThat(claimed(claim(1, 9, 0, Set.of("n"), limit("odd", 1), limit("even", 2))))
        .containsExactly(id(1), id(2), id(4));
  }

  @Test
  void claim_limitOfZeroTakesNothingOfAQueue() {
    entry(table, 1).due(NOW).put();

    assertThat(claimed(claim(1, 9, 0, Set.of("n"), limit("default", 0)))).isEmpty();
  }

  @Test
  void claim_limitOverAllQueues() {
    entry(table, 1).queue("a").due(NOW - 2).put();
    entry(table, 2).queue("b").due(NOW - 1).put();

    assertThat(claimed(claim(1, 1, 0, Set.of("n"), limit("a", 9), limit("b", 9))))
        .containsExactly(id(1));
  }

  @Test
  void claim_otherNamesAndQueuesStay() {
    entry(table, 1).name("unknown").due(NOW).put();
    entry(table, 2).queue("other").due(NOW).put();

    assertThat(claimed(claim(1, 9))).isEmpty();
    assertThat(table.size()).isEqualTo(2);
  }

  @Test
  void claim_asManySuspectsAsAsked() {
    entry(table, 1).suspect().due(NOW - 3).put();
    entry(table, 2).suspect().due(NOW - 2).put();
    entry(table, 3).due(NOW - 1).put();
    ClaimRequest none = claim(1, 9, 0, Set.of("n"), limit("default", 9));
    ClaimRequest one = claim(2, 9, 1, Set.of("n"), limit("default", 9));

    assertThat(claimed(none)).containsExactly(id(3));
    assertThat(claimed(one)).containsExactly(id(1));
  }

  @Test
  void claim_backInPendingKeepsItsPlaceAmongEquals() {
    entry(table, 1).due(NOW).put();
    entry(table, 2).due(NOW).put();
    TestEntry running = table.claim(claim(1, 1), NOW, 0, TestEntry::running).get(0);

    table.replace(running, running.pending(NOW, false));

    assertThat(claimed(claim(2, 9))).containsExactly(id(1), id(2));
  }

  @Test
  void claim_repeated_givesWhatIsStillHeldAndNoMore() {
    for (int i = 1; i <= 4; i++) {
      entry(table, i).due(NOW).put();
    }
    List<TestEntry> first = table.claim(claim(1, 3), NOW, 0, TestEntry::running);
    table.remove(first.get(1));

    assertThat(claimed(claim(1, 3))).containsExactly(id(1), id(3));
    assertThat(claimed(claim(4, 3))).containsExactly(id(4));
    assertThat(claimed(claim(1, 3))).containsExactly(id(1), id(3));
  }

  @Test
  void claim_repeatedWhenAllIsSettled_givesNothing() {
    entry(table, 1).due(NOW).put();
    entry(table, 2).due(NOW).put();
    table.claim(claim(1, 1), NOW, 0, TestEntry::running).forEach(table::remove);

    assertThat(claimed(claim(1, 1))).isEmpty();
  }

  @Test
  void claim_repeatedWhenItGaveNothing_looksAgain() {
    assertThat(claimed(claim(1, 1))).isEmpty();
    entry(table, 1).due(NOW).put();

    assertThat(claimed(claim(1, 1))).containsExactly(id(1));
  }

  @Test
  void nextDue_earliestOfWhatTheRequestMayTake() {
    entry(table, 1).due(NOW + 9).put();
    entry(table, 2).due(NOW + 7).priority(3).put();
    entry(table, 3).due(NOW + 1).name("unknown").put();
    entry(table, 4).due(NOW + 2).queue("other").put();
    entry(table, 5).due(NOW + 3).suspect().put();

    assertThat(table.nextDue(claim(1, 9, 0, Set.of("n"), limit("default", 1)))).hasValue(NOW + 7);
    assertThat(table.nextDue(claim(1, 9, 1, Set.of("n"), limit("default", 1)))).hasValue(NOW + 3);
    assertThat(table.nextDue(claim(1, 9, 1, Set.of("n"), limit("default", 0)))).isEmpty();
    assertThat(table.nextDue(claim(1, 9, 1, Set.of(), limit("default", 1)))).isEmpty();
  }

  @Test
  void isNext_onlyTheHeadOfItsLane() {
    TestEntry one = entry(table, 1).due(NOW + 5).put();
    TestEntry later = entry(table, 2).due(NOW + 6).put();
    assertThat(table.isNext(one)).isTrue();
    assertThat(table.isNext(later)).isFalse();

    TestEntry earlier = entry(table, 3).due(NOW + 4).put();
    assertThat(table.isNext(earlier)).isTrue();
    assertThat(table.isNext(one)).isFalse();
  }

  private List<TaskId> claimed(ClaimRequest request) {
    return table.claim(request, NOW, 0, TestEntry::running).stream().map(TestEntry::id).toList();
  }

  private static QueueLimit limit(String queue, int limit) {
    return new QueueLimit(queue, limit);
  }
}
