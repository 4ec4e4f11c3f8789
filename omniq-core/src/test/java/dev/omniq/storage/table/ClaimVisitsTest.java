package dev.omniq.storage.table;

import static dev.omniq.storage.table.TestEntry.entry;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A claim must not walk over what it cannot take, whatever waits. */
class ClaimVisitsTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final int CLAIMED = 50;

  private final TaskTable<TestEntry> table = new TaskTable<>();

  @Test
  void claim_besideUrgentTasksOfTheNextMinutes() {
    for (int i = 0; i < 300_000; i++) {
      entry(table, i).priority(9).due(NOW + 1 + i).put();
    }
    assertFewVisits(300_000);
  }

  @Test
  void claim_besideDueTasksOfUnknownNames() {
    for (int i = 0; i < 1_000_000; i++) {
      entry(table, i).name("unknown-" + i % 5_000).due(NOW - 1_000_000 + i).put();
    }
    assertFewVisits(1_000_000);
  }

  @Test
  void claim_besideDueTasksOfAnotherQueue() {
    for (int i = 0; i < 1_000_000; i++) {
      entry(table, i).queue("other").due(NOW - 1_000_000 + i).put();
    }
    assertFewVisits(1_000_000);
  }

  @Test
  void claim_amongDueTasksThatAllFellDueAtOnce() {
    for (int i = 0; i < 300_000; i++) {
      entry(table, i).priority(i % 10).due(NOW).put();
    }
    assertFewVisits(300_000);
  }

  @Test
  void claim_oneAtATimeBesideUrgentTasksOfTheNextMinutes() {
    for (int i = 0; i < 300_000; i++) {
      entry(table, i).priority(9).due(NOW + 1 + i).put();
    }
    for (int i = 0; i < CLAIMED; i++) {
      entry(table, 1_000_000 + i).due(NOW).put();
      assertThat(table.claim(Requests.claim(i, 1), NOW, 0, TestEntry::running)).hasSize(1);
    }
    assertThat(table.visits()).isLessThanOrEqualTo(3 * CLAIMED);
  }

  private void assertFewVisits(int firstId) {
    for (int i = 0; i < CLAIMED; i++) {
      entry(table, firstId + i).due(NOW).put();
    }
    assertThat(table.claim(Requests.claim(1, CLAIMED), NOW, 0, TestEntry::running))
        .hasSize(CLAIMED);
    assertThat(table.visits()).isLessThanOrEqualTo(3 * CLAIMED);
  }
}
