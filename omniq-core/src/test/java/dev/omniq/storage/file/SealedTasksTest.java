package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SealedTasksTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final RandomJournal journal = new RandomJournal(51, disk);
  private SealedTasks sealed = new SealedTasks(List.of());

  @BeforeEach
  void write() throws IOException {
    journal.with(5, 120);
    sealed = Indexes.of(disk, journal.layout(), journal.segments());
  }

  /** The finished tasks that a plain look at all of them finds, the highest id first. */
  private List<TaskId> expected(TaskQuery query, Set<TaskId> without) {
    List<TaskId> ids = new ArrayList<>();
    for (Line.Add line : journal.tasks().values()) {
      Task task = line.task();
      if (task.status().isFinished() && query.matches(task) && !without.contains(task.id())) {
        ids.add(task.id());
      }
    }
    Collections.reverse(ids);
    return ids;
  }

  private List<TaskId> found(TaskQuery query, Set<TaskId> without, int most) throws IOException {
    return sealed.finished(query, without::contains, most).stream().map(Effect::id).toList();
  }

  @Test
  void finished_byAnyCondition_isWhatAPlainLookFinds() throws IOException {
    Task some =
        NaiveReplay.where(journal.tasks(), task -> task.recurring() && task.run() > 1)
            .get(0)
            .task();
    TaskQuery all = TaskQuery.all();
    List<TaskQuery> queries =
        List.of(
            all,
            all.status(TaskStatus.SUCCESS),
            all.status(TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.PENDING),
            all.status(TaskStatus.RUNNING),
            all.queue("mail"),
            all.queue("lone \ud800").name("send"),
            all.recurring(),
            all.series(some.seriesId()),
            all.created(some.createdAt().minusSeconds(60), some.createdAt().plusSeconds(60)),
            all.after(some.id()).status(TaskStatus.SUCCESS));

    for (TaskQuery query : queries) {
      List<TaskId> expected = expected(query, Set.of());
      assertThat(found(query, Set.of(), Integer.MAX_VALUE)).as("%s", query).isEqualTo(expected);
    }
    assertThat(expected(all, Set.of())).hasSizeGreaterThan(50);
    assertThat(expected(all.series(some.seriesId()), Set.of())).isNotEmpty();
  }

  @Test
  void finished_leavesOutWhatWasChangedSince_andStopsAtTheLimit() throws IOException {
    List<TaskId> ids = expected(TaskQuery.all(), Set.of());
    Set<TaskId> changed = Set.of(ids.get(0), ids.get(3));

    assertThat(found(TaskQuery.all(), changed, 7))
        .isEqualTo(expected(TaskQuery.all(), changed).subList(0, 7));
  }

  @Test
  void finished_pageAfterPage_givesEachOnce() throws IOException {
    List<TaskId> paged = new ArrayList<>();
    TaskQuery query = TaskQuery.all();
    for (List<TaskId> page = found(query, Set.of(), 10);
        !page.isEmpty();
        page = found(query, Set.of(), 10)) {
      paged.addAll(page);
      query = query.after(page.get(page.size() - 1));
    }

    assertThat(paged).isEqualTo(expected(TaskQuery.all(), Set.of()));
  }

  @Test
  void find_withoutSegments_findsNothing() throws IOException {
    var none = new SealedTasks(List.of());

    assertThat(none.find(TaskId.next(java.time.Instant.EPOCH))).isEqualTo(Optional.empty());
    assertThat(none.forEach(effect -> {})).isEqualTo(SealedTasks.Survey.NONE);
  }
}
