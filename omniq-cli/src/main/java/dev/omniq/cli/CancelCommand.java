package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.EnumSet;
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
    super("Cancel", EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING));
  }

  @Override
  Changed change(OmniQ omniq, TaskId id) {
    if (series) {
      boolean ended = omniq.cancelSeries(id);
      return new Changed(id, ended, ended ? "series ended" : "no live run of its series");
    }
    CancelOutcome outcome = omniq.cancel(id);
    boolean cancelled = outcome == CancelOutcome.CANCELLED || outcome == CancelOutcome.INTERRUPTED;
    return new Changed(id, cancelled, words(outcome));
  }
}
