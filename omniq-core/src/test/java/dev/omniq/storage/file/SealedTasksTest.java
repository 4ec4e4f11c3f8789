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
  private List<TaskId> expected(TaskQuery query) {
    List<TaskId> ids = new ArrayList<>();
    for (Line.Add line : journal.tasks().values()) {
      Task task = line.task();
      if (task.status().isFinished() && query.matches(task)) {
        ids.add(task.id());
      }
    }
    Collections.reverse(ids);
    return ids;
  }

  private List<TaskId> found(TaskQuery query) throws IOException {
    EffectMerge effects = EffectMerge.descending(sealed.segments(), query.after());
    List<TaskId> ids = new ArrayList<>();
    for (Effect effect = effects.next(); effect != null; effect = effects.next()) {
      if (effect.isFinished() && effect.mayMatch(query)) {
        ids.add(effect.id());
      }
    }
    return ids;
  }

  @Test
  void descending_byAnyCondition_showsWhatAPlainLookFinds() throws IOException {
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
            all.queue("über").name("send"),
            all.recurring(),
            all.series(some.seriesId()),
            all.created(some.createdAt().minusSeconds(60), some.createdAt().plusSeconds(60)),
            all.after(some.id()).status(TaskStatus.SUCCESS));

    for (TaskQuery query : queries) {
      List<TaskId> expected = expected(query);
      assertThat(found(query)).as("%s", query).isEqualTo(expected);
    }
    assertThat(expected(all)).hasSizeGreaterThan(50);
    assertThat(expected(all.series(some.seriesId()))).isNotEmpty();
  }

  @Test
  void find_withoutSegments_findsNothing() throws IOException {
    var none = new SealedTasks(List.of());

    assertThat(none.find(TaskId.next(java.time.Instant.EPOCH))).isEqualTo(Optional.empty());
    assertThat(none.forEach(effect -> {})).isEqualTo(SealedTasks.Survey.NONE);
  }
}
