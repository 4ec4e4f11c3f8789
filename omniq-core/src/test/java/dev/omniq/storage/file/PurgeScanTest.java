package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.file.PurgeScan.Ends;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PurgeScanTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final RandomJournal journal = new RandomJournal(61, disk);
  private final Set<TaskId> changed = new HashSet<>();
  private SealedTasks sealed = new SealedTasks(List.of());
  private List<Task> finished = List.of();
  private long median;

  @BeforeEach
  void write() throws IOException {
    journal.with(5, 150);
    seal();
    median =
        finished.stream().mapToLong(PurgeScanTest::end).sorted().toArray()[finished.size() / 2];
  }

  private void seal() throws IOException {
    sealed = Indexes.of(disk, journal.layout(), journal.segments());
    finished =
        NaiveReplay.where(journal.tasks(), task -> task.status().isFinished()).stream()
            .map(Line.Add::task)
            .toList();
  }

  private static long end(Task task) {
    return Times.toMicros(task.state().finishedAt().orElseThrow());
  }

  private Set<TaskId> endedBefore(long success, long failure) {
    var ids = new HashSet<TaskId>();
    for (Task task : finished) {
      if (end(task) < (task.status() == TaskStatus.SUCCESS ? success : failure)) {
        ids.add(task.id());
      }
    }
    return ids;
  }

  /** Calls as often as it takes, and deletes what is found. */
  private List<TaskId> purge(PurgeScan scan, Ends before, int limit, int calls) throws IOException {
    var all = new ArrayList<TaskId>();
    for (int i = 0; i < calls; i++) {
      for (Effect effect : scan.expired(sealed, before, changed::contains, limit).tasks()) {
        all.add(effect.id());
        assertThat(changed.add(effect.id())).as("found twice").isTrue();
      }
    }
    return all;
  }

  @Test
  void expired_findsWhatEndedBefore_eachOnce() throws IOException {
    var scan = new PurgeScan();

    assertThat(purge(scan, new Ends(median, Long.MIN_VALUE), 1_000, 2))
        .containsExactlyInAnyOrderElementsOf(endedBefore(median, Long.MIN_VALUE))
        .hasSizeGreaterThan(10);
    assertThat(purge(scan, new Ends(median, median), 1_000, 2))
        .allMatch(id -> journal.tasks().get(id).task().status() != TaskStatus.SUCCESS);
    assertThat(changed).isEqualTo(endedBefore(median, median));
  }

  @Test
  void expired_inSmallSteps_findsAll() throws IOException {
    var scan = new PurgeScan(7);

    assertThat(purge(scan, new Ends(median, median), 3, 1_000))
        .containsExactlyInAnyOrderElementsOf(endedBefore(median, median));
  }

  @Test
  void expired_withALimit_goesOnBehindIt() throws IOException {
    var scan = new PurgeScan();
    int all = endedBefore(median, median).size();

    assertThat(purge(scan, new Ends(median, median), all - 2, 1)).hasSize(all - 2);
    assertThat(purge(scan, new Ends(median, median), all, 1)).hasSize(2);
    assertThat(purge(scan, new Ends(median, median), all, 1)).isEmpty();
  }

  @Test
  void expired_behindTheCursor_isFoundByTheSameCall() throws IOException {
    var scan = new PurgeScan();
    Ends all = new Ends(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1);
    purge(scan, all, finished.size() / 2, 1);
    Set<TaskId> again = Set.copyOf(changed);
    changed.clear(); // what was found was not deleted after all

    assertThat(purge(scan, all, 10_000, 1)).hasSize(finished.size()).containsAll(again);
  }

  @Test
  void expired_afterARoundThatFoundNothing_looksAtNothingUntilTheNextIsDue() throws IOException {
    var scan = new PurgeScan();
    long first = finished.stream().mapToLong(PurgeScanTest::end).min().orElseThrow();
    assertThat(purge(scan, new Ends(first, first), 10, 1)).isEmpty();

    long read = disk.bytesRead();
    assertThat(purge(scan, new Ends(first, first), 10, 1)).isEmpty();
    assertThat(disk.bytesRead()).isEqualTo(read);
    assertThat(purge(scan, new Ends(first + 1, first + 1), 10, 1)).isNotEmpty();
  }

  @Test
  void expired_afterAnotherSegmentWasSealed_looksAgain() throws IOException {
    var scan = new PurgeScan(50);
    Ends all = new Ends(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1);
    purge(scan, all, 1_000, 3); // in the middle of a round
    journal.with(1, 100);
    Set<TaskId> before = Set.copyOf(changed);
    seal();
    scan.sealed();
    purge(scan, all, 1_000, 200);

    assertThat(changed).containsAll(finished.stream().map(Task::id).toList()).containsAll(before);
  }

  @Test
  void expired_ofATaskBehindTheCursor_thatWasSealedWithinTheRound_isNotForgotten()
      throws IOException {
    var scan = new PurgeScan(20);
    Ends all = new Ends(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1);
    Set<TaskId> before = Set.copyOf(finished.stream().map(Task::id).toList());
    int visited = 0;
    while (visited < journal.tasks().size() * 3 / 4) {
      assertThat(scan.expired(sealed, all, id -> true, 10).more()).isTrue();
      visited += 20;
    }
    journal.with(1, 150);
    seal();
    scan.sealed();
    TaskId late =
        finished.stream()
            .map(Task::id)
            .filter(id -> !before.contains(id))
            .filter(id -> journal.tasks().headMap(id).size() > 40)
            .findFirst()
            .orElseThrow();
    assertThat(journal.tasks().headMap(late).size()).isLessThan(journal.tasks().size() / 3);

    var found = new ArrayList<TaskId>();
    for (int i = 0; i < 500; i++) {
      scan.expired(sealed, all, id -> !id.equals(late) || found.contains(id), 10)
          .tasks()
          .forEach(effect -> found.add(effect.id()));
    }

    assertThat(found).containsExactly(late);
  }

  @Test
  void expired_inStepsUntilThereIsNoMore_endsWithTheRound() throws IOException {
    var scan = new PurgeScan(7);
    Ends before = new Ends(median, median);
    PurgeScan.Found found = scan.expired(sealed, before, changed::contains, 1_000);
    int steps = 1;
    while (found.more() && steps++ < 10_000) {
      found.tasks().forEach(effect -> changed.add(effect.id()));
      found = scan.expired(sealed, before, changed::contains, 1_000);
    }
    found.tasks().forEach(effect -> changed.add(effect.id()));

    assertThat(changed).isEqualTo(endedBefore(median, median));
    assertThat(found.more()).isFalse();
    assertThat(steps).isBetween(journal.tasks().size() / 7, journal.tasks().size());
  }

  @Test
  void lowest_givesTheLowestIds_andThenThoseAbove() throws IOException {
    var scan = new PurgeScan();
    List<TaskId> ids = finished.stream().map(Task::id).toList();

    for (int i = 0; i + 5 <= 20; i += 5) {
      List<TaskId> found =
          scan.lowest(sealed, changed::contains, 5).tasks().stream().map(Effect::id).toList();
      assertThat(found).isEqualTo(ids.subList(i, i + 5));
      changed.addAll(found);
    }
  }

  @Test
  void lowest_neverWalksTwiceOverWhatIsGone() throws IOException {
    var scan = new PurgeScan(20);
    var found = new ArrayList<TaskId>();
    int calls = 0;
    while (found.size() < finished.size() && calls++ < 1_000) {
      for (Effect effect : scan.lowest(sealed, changed::contains, 10).tasks()) {
        found.add(effect.id());
        changed.add(effect.id());
      }
    }

    assertThat(found).isEqualTo(finished.stream().map(Task::id).toList());
  }

  @Test
  void lowest_afterAnotherSegmentWasSealed_beginsAtTheLowest() throws IOException {
    var scan = new PurgeScan();
    scan.lowest(sealed, id -> true, 1);
    assertThat(scan.lowest(sealed, changed::contains, 1).tasks()).isEmpty();

    scan.sealed();

    assertThat(scan.lowest(sealed, changed::contains, 1).tasks())
        .extracting(Effect::id)
        .containsExactly(finished.get(0).id());
  }
}
