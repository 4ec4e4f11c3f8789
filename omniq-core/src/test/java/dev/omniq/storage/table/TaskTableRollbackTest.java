package dev.omniq.storage.table;

import static dev.omniq.storage.table.Requests.claim;
import static dev.omniq.storage.table.TestEntry.entry;
import static dev.omniq.storage.table.TestEntry.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskTableRollbackTest {
  private final TaskTable<TestEntry> table = new TaskTable<>();

  @Test
  void rollback_putIsGoneAndItsSequenceFree() {
    table.begin();
    entry(table, 1).key("k").put();
    table.rollback();

    assertThat(table.find(id(1))).isEmpty();
    assertThat(table.holder("default", "k")).isEmpty();
    assertThat(table.nextSequence()).isEqualTo(1);
  }

  @Test
  void rollback_claimedTaskIsPendingAndItsTokenFree() {
    TestEntry before = entry(table, 1).put();
    table.begin();
    table.claim(claim(1, 1), 0, 0, TestEntry::running);
    table.rollback();

    assertThat(table.find(id(1))).contains(before);
    assertThat(before.status()).isEqualTo(TaskStatus.PENDING);
    assertThat(table.claim(claim(1, 1), 0, 0, TestEntry::running)).hasSize(1);
  }

  @Test
  void rollback_leaseIsAsItWas() {
    entry(table, 1).put();
    TestEntry running = table.claim(claim(1, 1), 0, 0, TestEntry::running).get(0);
    Claim claim = running.claim().orElseThrow();
    table.begin();
    table.extend(running, 99);
    table.rollback();

    assertThat(running.claim()).contains(claim);
    assertThat(table.expired(claim.expiresAt() - 1, 1)).isEmpty();
    assertThat(table.expired(claim.expiresAt(), 1)).containsExactly(running);
  }

  @Test
  void rollback_changesNeverHappened() {
    table.begin();
    table.changed(Instant.EPOCH, id(1), "n", TaskStatus.PENDING);
    assertThat(table.changes(0, 9).changes()).isEmpty();
    table.rollback();

    assertThat(table.changes(0, 9).changes()).isEmpty();
  }

  @Test
  void commit_changesAreSeen() {
    table.begin();
    table.changed(Instant.EPOCH, id(1), "n", TaskStatus.PENDING);
    table.commit();

    assertThat(table.changes(0, 9).changes()).hasSize(1);
  }

  @Test
  void onRollback_latestFirst() {
    List<String> done = new ArrayList<>();
    table.begin();
    table.onRollback(() -> done.add("first"));
    table.onRollback(() -> done.add("second"));
    table.rollback();

    assertThat(done).containsExactly("second", "first");
  }

  @Test
  void onRollback_notAfterACommit() {
    List<String> done = new ArrayList<>();
    table.begin();
    table.onRollback(() -> done.add("undone"));
    table.commit();
    table.begin();
    table.rollback();

    assertThat(done).isEmpty();
  }

  @Test
  void begin_twice() {
    table.begin();

    assertThatIllegalStateException().isThrownBy(table::begin);
  }

  @Test
  void rollback_withoutBegin() {
    assertThatIllegalStateException().isThrownBy(table::rollback);
  }
}
