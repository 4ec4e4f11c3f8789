package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.Times;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentIndexTest {
  private static final TaskId LOWEST = new TaskId(new UUID(0, 0));
  private static final TaskId HIGHEST = new TaskId(new UUID(-1, -1));

  private final MemoryDisk disk = new MemoryDisk();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void effects_ofARandomJournal_comeToWhatAReplayGives(long seed) throws IOException {
    RandomJournal journal = new RandomJournal(seed, disk).with(7, 80);

    SealedTasks sealed = Indexes.of(disk, journal.layout(), journal.segments());

    assertThat(Indexes.tasks(disk, journal.layout(), sealed)).isEqualTo(journal.tasks());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24})
  void effects_tellOfATaskWhatItsLinesTell(long seed) throws IOException {
    RandomJournal journal = new RandomJournal(seed, disk).with(5, 100);
    var told = new TreeMap<TaskId, Effect>();

    SealedTasks.Survey survey =
        Indexes.of(disk, journal.layout(), journal.segments())
            .forEach(effect -> told.put(effect.id(), effect));

    assertThat(told.keySet()).isEqualTo(journal.tasks().keySet());
    told.forEach((id, effect) -> assertTells(effect, journal.tasks().get(id)));
    assertThat(survey.live())
        .isEqualTo(NaiveReplay.where(journal.tasks(), task -> task.status().isLive()).size());
    assertThat(survey.tasks()).isEqualTo(journal.tasks().size());
  }

  private static void assertTells(Effect effect, Line.Add line) {
    Task task = line.task();
    Effect.Body body = effect.theBody();
    assertThat(body.sequence()).isEqualTo(line.sequence());
    assertThat(body.queue()).isEqualTo(task.queue());
    assertThat(body.name()).isEqualTo(task.name());
    assertThat(body.priority()).isEqualTo(task.priority());
    assertThat(body.key()).isEqualTo(task.uniqueKey());
    assertThat(body.recurring()).isEqualTo(task.recurring());
    assertThat(body.series()).isEqualTo(task.seriesId());
    assertThat(Times.ofMicros(body.createdAt())).isEqualTo(task.createdAt());
    assertThat(effect.status()).isEqualTo(task.status());
    assertThat(effect.revision()).isEqualTo(task.state().revision());
    assertThat(Times.ofMicros(effect.theStanding().time()))
        .isEqualTo(task.state().finishedAt().orElse(task.dueAt()));
    assertThat(effect.theStanding().suspect()).isEqualTo(task.state().losses() > 0);
    assertThat(effect.theStanding().detached()).isEqualTo(task.state().detached());
    assertThat(Optional.ofNullable(effect.hold()).map(Effect.Hold::terms)).isEqualTo(line.claim());
  }

  @Test
  void cursors_fromAnyId_walkOverTheRest() throws IOException {
    RandomJournal journal = new RandomJournal(31, disk).with(1, 150);
    SegmentIndex index = SegmentIndex.openOrBuild(disk, journal.layout(), 1);
    List<Effect> all = Indexes.all(index.ascending(Optional.empty()));

    assertThat(all)
        .hasSizeGreaterThan(200)
        .isSortedAccordingTo(java.util.Comparator.comparing(Effect::id));
    assertThat(Indexes.all(index.ascending(Optional.of(LOWEST)))).isEqualTo(all);
    assertThat(Indexes.all(index.ascending(Optional.of(HIGHEST)))).isEmpty();
    for (int i = 0; i < all.size(); i++) {
      for (TaskId id : List.of(all.get(i).id(), justAbove(all.get(i).id()))) {
        List<Effect> above = all.subList(i + 1, all.size());
        assertThat(Indexes.all(index.ascending(Optional.of(id)))).isEqualTo(above);
      }
    }
  }

  private static TaskId justAbove(TaskId id) {
    return new TaskId(
        new UUID(id.value().getMostSignificantBits(), id.value().getLeastSignificantBits() + 1));
  }

  @Test
  void find_ofEveryId_givesItsEffectAndNothingElse() throws IOException {
    RandomJournal journal = new RandomJournal(32, disk).with(1, 300);
    SegmentIndex index = SegmentIndex.openOrBuild(disk, journal.layout(), 1);

    for (Effect effect : Indexes.all(index.ascending(Optional.empty()))) {
      assertThat(index.find(effect.id())).contains(effect);
      assertThat(index.find(justAbove(effect.id()))).isEmpty();
    }
    assertThat(index.find(LOWEST)).isEmpty();
    assertThat(index.find(HIGHEST)).isEmpty();
  }

  @Test
  void find_overSeveralSegments_givesTheTaskAsItStands() throws IOException {
    RandomJournal journal = new RandomJournal(33, disk).with(6, 60);
    SealedTasks sealed = Indexes.of(disk, journal.layout(), journal.segments());
    var source = new LineSource(Indexes.segments(disk, journal.layout()));
    var ids = new java.util.TreeSet<TaskId>();
    for (SegmentIndex index : sealed.segments()) {
      Indexes.all(index.ascending(Optional.empty())).forEach(effect -> ids.add(effect.id()));
    }

    assertThat(ids).hasSizeGreaterThan(journal.tasks().size()); // some are gone
    for (TaskId id : ids) {
      Optional<Effect> found = sealed.find(id);
      assertThat(found.isPresent()).isEqualTo(journal.tasks().containsKey(id));
      if (found.isPresent()) {
        assertThat(source.whole(found.get())).isEqualTo(journal.tasks().get(id));
      }
    }
  }

  @Test
  void find_readsOneBlock_andNothingForIdsOutOfRange() throws IOException {
    RandomJournal journal = new RandomJournal(34, disk).with(1, 600);
    SegmentIndex index = SegmentIndex.openOrBuild(disk, journal.layout(), 1);
    List<Effect> all = Indexes.all(index.ascending(Optional.empty()));

    long before = disk.bytesRead();
    index.find(LOWEST);
    index.find(HIGHEST);
    assertThat(disk.bytesRead()).isEqualTo(before);
    index.find(justAbove(all.get(all.size() / 2).id()));
    assertThat(disk.bytesRead() - before).isLessThanOrEqualTo(64 * IndexFormat.RECORD);
  }

  @Test
  void walks_readInSmallPieces_howeverLongTheIndexIs() throws IOException {
    RandomJournal journal = new RandomJournal(35, disk).with(2, 400);
    SealedTasks built = Indexes.of(disk, journal.layout(), journal.segments());
    assertThat(built.segments().get(0).size() * IndexFormat.RECORD).isGreaterThan(70_000);

    MemoryDisk fresh = disk.afterKill();
    SealedTasks sealed = Indexes.of(fresh, journal.layout(), journal.segments());
    sealed.forEach(effect -> {});

    assertThat(fresh.largestRead()).isLessThanOrEqualTo(1024 * IndexFormat.RECORD);
  }

  @Test
  void open_ofAnIndexWithAnyByteFlipped_isEmpty() throws IOException {
    RandomJournal journal = new RandomJournal(36, disk).with(1, 12);
    Layout layout = journal.layout();
    SegmentIndex.openOrBuild(disk, layout, 1).close();
    byte[] whole = disk.content(layout.index(1));
    long segmentBytes = disk.content(layout.segment(1)).length;

    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 0x10;
      disk.replace(layout.index(1), flipped);
      assertThat(SegmentIndex.open(disk, layout, 1, segmentBytes)).as("byte %d", i).isEmpty();
    }
    disk.replace(layout.index(1), whole);
    assertThat(SegmentIndex.open(disk, layout, 1, segmentBytes)).isPresent();
  }

  @Test
  void open_ofAnIndexCutAnywhere_isEmpty() throws IOException {
    RandomJournal journal = new RandomJournal(37, disk).with(1, 12);
    Layout layout = journal.layout();
    SegmentIndex.openOrBuild(disk, layout, 1).close();
    byte[] whole = disk.content(layout.index(1));
    long segmentBytes = disk.content(layout.segment(1)).length;

    for (int length = 0; length < whole.length; length++) {
      disk.replace(layout.index(1), java.util.Arrays.copyOf(whole, length));
      assertThat(SegmentIndex.open(disk, layout, 1, segmentBytes)).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void open_ofAnIndexOfAnotherSegment_isEmpty() throws IOException {
    RandomJournal journal = new RandomJournal(38, disk).with(2, 10);
    Layout layout = journal.layout();
    SegmentIndex.openOrBuild(disk, layout, 1).close();
    long segmentBytes = disk.content(layout.segment(1)).length;

    assertThat(SegmentIndex.open(disk, layout, 1, segmentBytes + 1)).isEmpty();
    disk.rename(layout.index(1), layout.index(2));
    assertThat(SegmentIndex.open(disk, layout, 2, segmentBytes)).isEmpty();
    assertThat(SegmentIndex.open(disk, layout, 1, segmentBytes)).isEmpty();
  }

  @Test
  void openOrBuild_ofABadIndex_makesItAgain() throws IOException {
    RandomJournal journal = new RandomJournal(39, disk).with(1, 30);
    Layout layout = journal.layout();
    SegmentIndex.openOrBuild(disk, layout, 1).close();
    byte[] whole = disk.content(layout.index(1));
    disk.replace(layout.index(1), new byte[whole.length]);

    SegmentIndex.openOrBuild(disk, layout, 1).close();

    assertThat(disk.content(layout.index(1))).isEqualTo(whole);
  }

  @Test
  void build_ofADamagedSegment_saysWhere() throws IOException {
    RandomJournal journal = new RandomJournal(40, disk).with(1, 30);
    Layout layout = journal.layout();
    byte[] bytes = disk.content(layout.segment(1));
    bytes[bytes.length / 2] ^= 1;
    disk.replace(layout.segment(1), bytes);

    assertThatThrownBy(() -> SegmentIndex.openOrBuild(disk, layout, 1))
        .isInstanceOfSatisfying(
            DamagedSegmentException.class,
            damage -> {
              assertThat(damage.segment()).isEqualTo(1);
              assertThat(damage.offset()).isLessThanOrEqualTo(bytes.length / 2);
            })
        .hasMessageContaining("segment 1 is damaged at offset");
    assertThat(disk.exists(layout.index(1))).isFalse();
  }

  @Test
  void forEach_overALineAboutATaskThatWasNeverAdded_saysWhere() throws IOException {
    RandomJournal journal = new RandomJournal(41, disk).with(6, 60);
    List<Integer> withoutFirst = journal.segments().subList(1, 6);
    SealedTasks sealed = Indexes.of(disk, journal.layout(), withoutFirst);

    assertThatThrownBy(() -> sealed.forEach(effect -> {}))
        .isInstanceOf(DamagedSegmentException.class)
        .hasMessageContaining("which no line before it adds");
  }

  @Test
  void index_ofAnEmptySegment_isEmpty() throws IOException {
    var layout = new Layout(java.nio.file.Path.of("store"));
    disk.open(layout.segment(1)).close();

    SegmentIndex index = SegmentIndex.openOrBuild(disk, layout, 1);

    assertThat(index.size()).isZero();
    assertThat(index.find(HIGHEST)).isEmpty();
    assertThat(Indexes.all(index.ascending(Optional.of(LOWEST)))).isEmpty();
  }
}
