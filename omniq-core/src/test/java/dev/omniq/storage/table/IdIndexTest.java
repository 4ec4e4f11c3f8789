package dev.omniq.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IdIndexTest {
  private final TaskTable<TestEntry> table = new TaskTable<>();
  private final IdIndex index = new IdIndex();

  @Test
  void ascendingIds() {
    LongStream.range(0, 3_000).forEach(number -> index.add(entry(number)));

    assertThat(index.size()).isEqualTo(3_000);
    assertThat(index.get(2_999, TestEntry.id(0).value().getLeastSignificantBits())).isNotNull();
    assertThat(descending())
        .isSortedAccordingTo((one, other) -> Long.compare(other, one))
        .hasSize(3_000);
  }

  @Test
  void descend_fromAnIdThatIsNotThere() {
    LongStream.range(0, 1_000).forEach(number -> index.add(entry(number * 10)));
    List<Long> found = new ArrayList<>();

    index.descend(
        new IdIndex.Id(5_001, 0),
        entry -> {
          found.add(entry.high());
          return found.size() < 3;
        });

    assertThat(found).containsExactly(5_000L, 4_990L, 4_980L);
  }

  @Test
  void randomChanges_sameAsATreeMap() {
    for (long seed = 1; seed <= 20; seed++) {
      compareWithTreeMap(seed);
    }
  }

  private void compareWithTreeMap(long seed) {
    var random = new Random(seed);
    var tree = new IdIndex();
    NavigableMap<Long, Entry> expected = new TreeMap<>();
    int range = 200 + random.nextInt(5_000);
    for (int step = 0; step < 20_000; step++) {
      long number = random.nextInt(range);
      boolean growing = step / 4_000 % 2 == 0;
      Entry present = expected.get(number);
      assertThat(tree.get(number, TestEntry.id(0).value().getLeastSignificantBits()))
          .as("seed %d step %d", seed, step)
          .isSameAs(present);
      if (present == null && (growing || random.nextInt(4) == 0)) {
        Entry entry = entry(number);
        tree.add(entry);
        expected.put(number, entry);
      } else if (present != null && (!growing || random.nextInt(4) == 0)) {
        tree.remove(present);
        expected.remove(number);
      }
    }
    List<Entry> found = new ArrayList<>();
    tree.descend(null, found::add);
    assertThat(found)
        .as("seed %d", seed)
        .containsExactlyElementsOf(expected.descendingMap().values());
    assertThat(tree.size()).as("seed %d", seed).isEqualTo(expected.size());
    for (long from : List.of(0L, 17L, 255L, 256L, 1_000L, Long.MAX_VALUE)) {
      List<Entry> above = new ArrayList<>();
      tree.ascend(
          new IdIndex.Id(entry(from).high(), entry(from).low()),
          each -> {
            above.add(each);
            return above.size() < 300;
          });
      assertThat(above)
          .as("seed %d from %d", seed, from)
          .containsExactlyElementsOf(
              expected.tailMap(from, false).values().stream().limit(300).toList());
    }
  }

  private List<Long> descending() {
    List<Long> found = new ArrayList<>();
    index.descend(null, entry -> found.add(entry.high()));
    return found;
  }

  private Entry entry(long number) {
    return TestEntry.entry(table, number).build();
  }
}
