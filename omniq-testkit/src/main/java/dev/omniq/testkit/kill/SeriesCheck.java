package dev.omniq.testkit.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether each series is whole. */
final class SeriesCheck {
  private SeriesCheck() {}

  /** No run is there twice, none is missing, and only the last one is live. */
  static void check(OmniQ omniq) {
    List<Task> runs = new ArrayList<>();
    TaskQuery query = TaskQuery.all().recurring().limit(1_000);
    List<Task> page = omniq.tasks(query);
    while (!page.isEmpty()) {
      runs.addAll(page);
      page = omniq.tasks(query.after(page.get(page.size() - 1).id()));
    }
    Set<TaskId> series = new HashSet<>();
    runs.forEach(run -> series.add(run.seriesId()));
    Set<String> liveKeys = new HashSet<>();
    for (TaskId id : series) {
      List<Task> ofSeries = runs.stream().filter(run -> run.seriesId().equals(id)).toList();
      assertThat(ofSeries.stream().map(Task::run).distinct().count())
          .as("series %s has no run twice", id)
          .isEqualTo(ofSeries.size());
      int last = ofSeries.stream().mapToInt(Task::run).max().orElseThrow();
      assertThat(ofSeries).as("series %s has every run", id).hasSize(last);
      List<Task> live = ofSeries.stream().filter(run -> run.status().isLive()).toList();
      Task lastRun = ofSeries.stream().filter(run -> run.run() == last).findAny().orElseThrow();
      assertThat(live.size() == 1 && live.get(0).equals(lastRun) || isQuarantined(lastRun))
          .as("series %s lives in its last run alone: %s", id, live)
          .isTrue();
      live.forEach(
          run ->
              assertThat(liveKeys.add(run.uniqueKey().orElseThrow()))
                  .as("no other series has the unique key of %s", run)
                  .isTrue());
    }
    assertThat(liveKeys.size()).isLessThanOrEqualTo(Victim.SERIES);
  }

  /** Whether it was lost with its worker too often to be run again. */
  static boolean isQuarantined(Task task) {
    return task.status() == TaskStatus.FAILED
        && task.lastError().map(TaskError::type).filter(TaskError.Type.LOST::equals).isPresent();
  }
}
