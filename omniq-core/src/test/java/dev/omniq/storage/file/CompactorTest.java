package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.file.Compactor.Pace;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactorTest {
  private static final int SMALL = 40_000;
  private static final Pace FULL = bytes -> true;

  private static Compactor compactor(Disk disk, Layout layout, IntSupplier numbers) {
    return new Compactor(disk, layout, Indexes.segments(disk, layout), numbers, SMALL);
  }

  private static IntSupplier from(int number) {
    return new AtomicInteger(number)::getAndIncrement;
  }

  private static List<Integer> numbers(List<SegmentIndex> indexes) {
    return indexes.stream().map(SegmentIndex::segment).toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void compact_ofARandomJournal_replaysToTheSame(long seed) throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(seed, disk).with(6, 80);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());

    List<SegmentIndex> after =
        compactor(disk, journal.layout(), from(100)).compact(before.segments(), FULL).orElseThrow();

    assertThat(after).hasSizeGreaterThan(1);
    assertThat(NaiveReplay.of(disk, journal.layout(), numbers(after))).isEqualTo(journal.tasks());
    assertThat(Indexes.tasks(disk, journal.layout(), new SealedTasks(after)))
        .isEqualTo(journal.tasks());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void compact_againAndAgain_withMoreInBetween_replaysToTheSame(long seed) throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(seed, disk);
    List<SegmentIndex> sealed = new ArrayList<>();
    for (int round = 0; round < 6; round++) {
      int tail = 100 * round + 1;
      journal.segment(tail, 60);
      journal.segment(tail + 1, 60);
      sealed.addAll(Indexes.of(disk, journal.layout(), List.of(tail, tail + 1)).segments());
      sealed =
          new ArrayList<>(
              compactor(disk, journal.layout(), from(tail + 2))
                  .compact(sealed, FULL)
                  .orElseThrow());

      assertThat(NaiveReplay.of(disk, journal.layout(), numbers(sealed)))
          .isEqualTo(journal.tasks());
    }
  }

  @Test
  void compact_ofTheOldestOnly_leavesTheRestToFollow() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(21, disk).with(6, 80);
    List<SegmentIndex> all = Indexes.of(disk, journal.layout(), journal.segments()).segments();

    List<SegmentIndex> mixed =
        new ArrayList<>(
            compactor(disk, journal.layout(), from(100))
                .compact(all.subList(0, 4), FULL)
                .orElseThrow());
    mixed.addAll(all.subList(4, 6));

    assertThat(NaiveReplay.of(disk, journal.layout(), numbers(mixed))).isEqualTo(journal.tasks());
    assertThat(Indexes.tasks(disk, journal.layout(), new SealedTasks(mixed)))
        .isEqualTo(journal.tasks());
  }

  @Test
  void compact_writesTheIndexesThatReadingTheSegmentsWouldGive() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(22, disk).with(5, 80);
    Layout layout = journal.layout();
    SealedTasks before = Indexes.of(disk, layout, journal.segments());

    List<SegmentIndex> after =
        compactor(disk, layout, from(100)).compact(before.segments(), FULL).orElseThrow();

    for (SegmentIndex index : after) {
      byte[] written = disk.content(layout.index(index.segment()));
      disk.delete(layout.index(index.segment()));
      SegmentIndex.openOrBuild(disk, layout, index.segment()).close();
      assertThat(disk.content(layout.index(index.segment()))).isEqualTo(written);
    }
  }

  @Test
  void compact_writesEachSurvivorOnce_ascending_inSegmentsOfTheSizeAskedFor() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(23, disk).with(5, 200);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());

    List<SegmentIndex> after =
        compactor(disk, journal.layout(), from(100)).compact(before.segments(), FULL).orElseThrow();

    List<TaskId> ids = new ArrayList<>();
    for (int number : numbers(after)) {
      for (Line line : NaiveReplay.lines(disk, journal.layout(), number)) {
        ids.add(((Line.Add) line).task().id());
      }
    }
    assertThat(ids).containsExactlyElementsOf(journal.tasks().keySet());
    assertThat(after.subList(0, after.size() - 1))
        .allMatch(index -> index.segmentBytes() >= SMALL)
        .allMatch(index -> index.segmentBytes() < SMALL + (128 << 10) + 210_000);
  }

  @Test
  void compact_hasForcedAllThatItReturns() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(28, disk).with(3, 60);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());

    List<SegmentIndex> after =
        compactor(disk, journal.layout(), from(100)).compact(before.segments(), FULL).orElseThrow();

    assertThat(NaiveReplay.of(disk.afterPowerCut(), journal.layout(), numbers(after)))
        .isEqualTo(journal.tasks());
  }

  @Test
  void compact_whereNothingSurvives_writesNothing() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(24, disk);
    try (DiskFile file = disk.open(journal.layout().segment(1))) {
      var group = new JsonBuffer();
      LineWriter.delete(group, List.of(TaskId.next(java.time.Instant.EPOCH)));
      GroupFormat.seal(group, 0, 1, 0);
      file.write(group.from(0), 0);
    }
    SealedTasks before = Indexes.of(disk, journal.layout(), List.of(1));

    assertThat(compactor(disk, journal.layout(), from(2)).compact(before.segments(), FULL))
        .contains(List.of());
  }

  @Test
  void compact_toldToStopAtAnyPoint_leavesNothingBehind() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(25, disk).with(3, 60);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());
    List<String> names = disk.list(journal.layout().directory());
    var asked = new AtomicInteger();
    compactor(disk, journal.layout(), from(100))
        .compact(before.segments(), bytes -> asked.incrementAndGet() > 0)
        .orElseThrow()
        .forEach(
            index -> {
              try {
                disk.delete(journal.layout().segment(index.segment()));
                disk.delete(journal.layout().index(index.segment()));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    for (int i = 0; i < asked.get(); i++) {
      var left = new AtomicInteger(i);
      Pace stopping = bytes -> left.getAndDecrement() > 0;

      assertThat(compactor(disk, journal.layout(), from(100)).compact(before.segments(), stopping))
          .isEmpty();
      assertThat(disk.list(journal.layout().directory())).isEqualTo(names);
    }
  }

  @Test
  void compact_ofADamagedSegment_isRefusedAndLeavesNothingBehind() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(26, disk).with(3, 60);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());
    List<String> names = disk.list(journal.layout().directory());
    byte[] bytes = disk.content(journal.layout().segment(2));
    bytes[bytes.length / 2] ^= 1;
    disk.replace(journal.layout().segment(2), bytes);

    assertThatThrownBy(
            () -> compactor(disk, journal.layout(), from(100)).compact(before.segments(), FULL))
        .isInstanceOf(DamagedSegmentException.class)
        .hasMessageContaining("segment 2 is damaged");
    assertThat(disk.list(journal.layout().directory())).isEqualTo(names);
  }

  /** What a store does: index, compact, switch the manifest, delete. */
  private static void maintain(MemoryDisk disk, Layout layout) throws IOException {
    Manifest manifest = Manifest.read(disk, layout).orElseThrow();
    SealedTasks before = Indexes.of(disk, layout, manifest.sealed());
    int last = 0;
    for (String name : disk.list(layout.directory())) {
      last = Math.max(last, Layout.segmentNumber(name).orElse(0));
    }
    List<SegmentIndex> after =
        compactor(disk, layout, from(last + 1)).compact(before.segments(), FULL).orElseThrow();
    manifest.replacing(manifest.sealed(), numbers(after)).write(disk, layout);
    for (int number : manifest.sealed()) {
      disk.delete(layout.segment(number));
      disk.delete(layout.index(number));
    }
  }

  /** What the next process makes of what it finds. */
  private static TreeMap<TaskId, Line.Add> found(MemoryDisk disk, Layout layout)
      throws IOException {
    Manifest manifest = Manifest.read(disk, layout).orElseThrow();
    SealedTasks sealed = Indexes.of(disk, layout, manifest.sealed());
    TreeMap<TaskId, Line.Add> tasks = Indexes.tasks(disk, layout, sealed);
    assertThat(NaiveReplay.of(disk, layout, manifest.sealed())).isEqualTo(tasks);
    return tasks;
  }

  @Test
  void compact_killedBetweenAnyTwoChanges_leavesTheSameTasks() throws IOException {
    var disk = new MemoryDisk();
    RandomJournal journal = new RandomJournal(27, disk).with(4, 25);
    Layout layout = journal.layout();
    disk.open(layout.segment(5)).close();
    new Manifest(1, List.of(1, 2, 3, 4, 5)).write(disk, layout);
    MemoryDisk whole = disk.afterKill();
    maintain(whole, layout);
    assertThat(Manifest.read(whole, layout).orElseThrow().sealed()).doesNotContain(1);

    for (long cut = 0; cut < whole.changes(); cut++) {
      MemoryDisk broken = disk.afterKill();
      broken.cutAfter(cut);
      assertThatThrownBy(() -> maintain(broken, layout)).hasMessage("cut");

      assertThat(found(broken.afterKill(), layout))
          .as("killed after %d", cut)
          .isEqualTo(journal.tasks());
      assertThat(found(broken.afterPowerCut(), layout))
          .as("power cut after %d", cut)
          .isEqualTo(journal.tasks());
      MemoryDisk next = broken.afterKill();
      maintain(next, layout);
      assertThat(found(next, layout)).as("again after %d", cut).isEqualTo(journal.tasks());
    }
  }
}
