package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code omniq cancel}. */
@Command(
    name = "cancel",
    header = "Ends tasks that wait or run.",
    description = {
      "A handler that runs is interrupted, and what it still returns is dropped. With the run of a"
          + " series its series ends.",
      "Exit code 1 if a task that was named could not be cancelled."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq cancel 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq cancel --whole-series 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq cancel --status pending --label customer=17"
    })
final class CancelCommand extends ChangeCommand {
  @Option(
      names = "--whole-series",
      description = "End the series that each task is a run of, whichever run is live.")
  private boolean series;

  CancelCommand() {
    super(TaskChange.CANCEL, "Cancel", EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING));
  }

  private static Each ended(TaskId id, boolean ended) {
    return new Each(id, ended, ended ? "series ended" : "no live run of its series");
  }

  @Override
  Each change(OmniQ omniq, TaskId id) {
    if (series) {
      return ended(id, omniq.cancelSeries(id));
    }
    CancelOutcome outcome = omniq.cancel(id);
    boolean cancelled = outcome == CancelOutcome.CANCELLED || outcome == CancelOutcome.INTERRUPTED;
    return new Each(id, cancelled, words(outcome));
  }

  /** Series are ended one by one, but many at a time. */
  @Override
  ChangedTasks changePage(OmniQ omniq, TaskQuery page, Predicate<Task> meant) {
    if (!series) {
      return super.changePage(omniq, page, meant);
    }
    List<Task> tasks = omniq.tasks(page);
    Map<TaskId, CompletableFuture<Boolean>> ended = new LinkedHashMap<>();
    tasks.stream()
        .filter(meant)
        .forEach(task -> ended.put(task.id(), omniq.async().cancelSeries(task.id())));
    List<Each> answers = new ArrayList<>();
    ended.forEach((id, answer) -> answers.add(ended(id, answer.join())));
    return new ChangedTasks(
        answers,
        tasks.size() < page.limit()
            ? Optional.empty()
            : Optional.of(page.after(tasks.get(tasks.size() - 1).id())));
  }
}
