package dev.omniq.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeRingTest {
  private final ChangeRing ring = new ChangeRing();

  @Test
  void after_nothingHappened() {
    assertThat(ring.after(0, 10)).isEqualTo(new Changes(List.of(), 0, false));
  }

  @Test
  void after_goesOnBehindThePosition() {
    add(3);

    Changes first = ring.after(0, 2);
    assertThat(first.changes()).extracting(Change::position).containsExactly(1L, 2L);
    Changes second = ring.after(first.last(), 2);
    assertThat(second.changes()).extracting(Change::position).containsExactly(3L);
    assertThat(ring.after(second.last(), 2)).isEqualTo(new Changes(List.of(), 3, false));
  }

  @Test
  void after_someAreGone() {
    add(ChangeRing.CAPACITY + 5);

    assertThat(ring.after(5, 1).missed()).isFalse();
    assertThat(ring.after(4, 1).missed()).isTrue();
    assertThat(ring.after(4, 1).changes().get(0).position()).isEqualTo(6);
    assertThat(ring.after(0, 10_000).changes()).hasSize(ChangeRing.CAPACITY);
  }

  @Test
  void after_positionOfAnEarlierLifeOfTheStore() {
    add(2);

    Changes changes = ring.after(900, 10);

    assertThat(changes.changes()).extracting(Change::position).containsExactly(1L, 2L);
    assertThat(changes.missed()).isTrue();
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      ring.add(
          new Change(ring.last() + 1, Instant.EPOCH, TestEntry.id(i), "n", TaskStatus.PENDING));
    }
  }
}
