package dev.omniq.storage.table;

import static dev.omniq.storage.table.TestEntry.entry;
import static dev.omniq.storage.table.TestEntry.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.omniq.task.QueueStats;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskTableTest {
  private final TaskTable<TestEntry> table = new TaskTable<>();

  @Test
  void find_entryThatWasPut() {
    TestEntry entry = entry(table, 7).put();

    assertThat(table.find(id(7))).contains(entry);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void find_entryThatWasRemoved() {
    TestEntry entry = entry(table, 7).put();

    table.remove(entry);

    assertThat(table.find(id(7))).isEmpty();
    assertThat(table.size()).isZero();
  }

  @Test
  void put_idThatIsThere() {
    entry(table, 7).put();

    assertThatIllegalStateException().isThrownBy(() -> entry(table, 7).put());
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void put_keyThatIsHeld() {
    TestEntry holder = entry(table, 1).key("k").put();

    assertThatIllegalStateException().isThrownBy(() -> entry(table, 2).key("k").put());
    assertThat(table.find(id(2))).isEmpty();
    assertThat(table.holder("default", "k")).contains(holder);
  }

  @Test
  void put_sameKeyInAnotherQueue() {
    TestEntry one = entry(table, 1).key("k").put();
    TestEntry other = entry(table, 2).key("k").queue("q").put();

    assertThat(table.holder("default", "k")).contains(one);
    assertThat(table.holder("q", "k")).contains(other);
  }

  @Test
  void holder_gone_keyIsFree() {
    table.remove(entry(table, 1).key("k").put());

    TestEntry next = entry(table, 2).key("k").put();

    assertThat(table.holder("default", "k")).contains(next);
  }

  @Test
  void put_seriesThatHasALiveRun() {
    TestEntry run = entry(table, 1).series(1).put();

    assertThatIllegalStateException().isThrownBy(() -> entry(table, 2).series(1).put());
    assertThat(table.liveRun(id(1))).contains(run);
  }

  @Test
  void put_detachedRunBesideTheLiveOne() {
    TestEntry run = entry(table, 2).series(1).put();
    TestEntry detached = entry(table, 1).series(1).detached().put();

    assertThat(table.liveRun(id(1))).contains(run);

    table.remove(detached);
    assertThat(table.liveRun(id(1))).contains(run);
  }

  @Test
  void replace_entryThatIsNotThere() {
    TestEntry entry = entry(table, 1).build();

    assertThatIllegalStateException()
        .isThrownBy(() -> table.replace(entry, entry.pending(5, false)));
  }

  @Test
  void replace_entryThatWasReplacedBefore() {
    TestEntry first = entry(table, 1).put();
    table.replace(first, first.pending(5, false));

    assertThatIllegalStateException()
        .isThrownBy(() -> table.replace(first, first.pending(6, false)));
    assertThat(table.find(id(1)).orElseThrow().dueAt()).isEqualTo(5);
  }

  @Test
  void replace_entryOfAnotherTask() {
    TestEntry one = entry(table, 1).put();
    TestEntry other = entry(table, 2).build();

    assertThatIllegalStateException().isThrownBy(() -> table.replace(one, other));
  }

  @Test
  void nextSequence_aboveAllThatWereSeen() {
    entry(table, 1).put();
    table.sequenceSeen(41);

    assertThat(table.nextSequence()).isEqualTo(42);
    assertThat(entry(table, 2).put().sequence()).isEqualTo(42);
    assertThat(table.nextSequence()).isEqualTo(43);
  }

  @Test
  void slice_highestIdFirst() {
    for (long number : new long[] {5, 3, 9, 1}) {
      entry(table, number).put();
    }

    assertThat(table.slice(Optional.empty(), 3))
        .extracting(TestEntry::id)
        .containsExactly(id(9), id(5), id(3));
    assertThat(table.slice(Optional.of(id(5)), 9))
        .extracting(TestEntry::id)
        .containsExactly(id(3), id(1));
    assertThat(table.slice(Optional.of(id(4)), 1)).extracting(TestEntry::id).containsExactly(id(3));
    assertThat(table.slice(Optional.empty(), 0)).isEmpty();
  }

  @Test
  void slice_idsAreUnsigned() {
    entry(table, -1).put();
    entry(table, 1).put();

    assertThat(table.slice(Optional.empty(), 2))
        .extracting(TestEntry::id)
        .containsExactly(id(-1), id(1));
  }

  @Test
  void counts_perQueueAndStatus() {
    entry(table, 1).due(9).put();
    entry(table, 2).due(4).name("other").put();
    entry(table, 3).due(6).queue("q").put();
    table.claim(Requests.claim(1, 1), 9, 0, TestEntry::running);

    assertThat(table.counts())
        .containsOnly(
            Map.entry("default", counts(1, 1, Optional.of(4L))),
            Map.entry("q", counts(1, 0, Optional.of(6L))));
    assertThat(table.liveByName()).containsOnly(Map.entry("n", 2L), Map.entry("other", 1L));
  }

  @Test
  void counts_queueWithoutTasksIsForgotten() {
    table.remove(entry(table, 1).queue("q").name("once").put());

    assertThat(table.counts()).isEmpty();
    assertThat(table.liveByName()).isEmpty();
  }

  @Test
  void kind_sharedByAllEntries() {
    TestEntry one = entry(table, 1).build();
    TestEntry other = entry(table, 2).build();
    assertThat(one.kind()).isNotSameAs(other.kind());

    table.put(one);
    table.put(other);

    assertThat(one.kind()).isSameAs(other.kind());
  }

  private static QueueStats.Counts counts(long pending, long running, Optional<Long> oldestDue) {
    return new QueueStats.Counts(
        Map.of(TaskStatus.PENDING, pending, TaskStatus.RUNNING, running),
        oldestDue.map(Times::ofMicros));
  }
}
