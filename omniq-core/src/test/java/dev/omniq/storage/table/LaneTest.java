package dev.omniq.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LaneTest {
  private static final Comparator<Entry> BY_DUE =
      Comparator.comparingLong(Entry::dueAt).thenComparingLong(Entry::sequence);

  private final TaskTable<TestEntry> table = new TaskTable<>();
  private final Lane lane = new Lane("default", 0, false);

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 20);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void head_alwaysTheEarliest_whateverComesAndGoes(long seed) {
    var random = new Random(seed);
    NavigableSet<Entry> expected = new TreeSet<>(BY_DUE);
    for (int step = 0; step < 10_000; step++) {
      boolean growing = step / 2_000 % 2 == 0;
      if (expected.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
        Entry entry = entry(step, random.nextInt(1_000));
        lane.add(entry);
        expected.add(entry);
      } else {
        Entry any = expected.ceiling(entry(-1, random.nextInt(1_000)));
        Entry leaving = any == null || random.nextBoolean() ? expected.first() : any;
        lane.remove(leaving);
        expected.remove(leaving);
      }
      assertThat(lane.isEmpty()).as("seed %d, step %d", seed, step).isEqualTo(expected.isEmpty());
      if (!expected.isEmpty()) {
        assertThat(lane.head()).as("seed %d, step %d", seed, step).isSameAs(expected.first());
      }
    }
    while (!expected.isEmpty()) {
      assertThat(lane.head()).as("seed %d", seed).isSameAs(expected.first());
      lane.remove(expected.pollFirst());
    }
    assertThat(lane.isEmpty()).isTrue();
  }

  @Test
  void remove_entryThatIsNotThere() {
    Entry entry = entry(1, 5);
    lane.add(entry);
    lane.remove(entry);

    assertThatIllegalStateException().isThrownBy(() -> lane.remove(entry));
  }

  private TestEntry entry(long sequence, long due) {
    return new TestEntry(
        new Entry.Fixed(
            TestEntry.id(sequence),
            sequence,
            table.kind("default", "n"),
            0,
            Optional.empty(),
            Optional.empty()),
        new Entry.Standing(1, due, false, false),
        null);
  }
}
