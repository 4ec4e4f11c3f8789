package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.EnumSet;
import picocli.CommandLine.Command;

/** {@code omniq retry}. */
@Command(
    name = "retry",
    header = "Sends finished tasks round once more.",
    description = {
      "They are due at once, with a fresh budget of retries. A run of a series runs again beside its"
          + " series.",
      "Conditions choose from failed and cancelled tasks.",
      "Exit code 1 if a task that was named could not be retried."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq retry 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq retry --status failed --name mail",
      "  omniq retry --status failed --created-from 2026-11-23T09:00:00Z --yes"
    })
final class RetryCommand extends ChangeCommand {
  RetryCommand() {
    super(TaskChange.RETRY, "Retry", EnumSet.of(TaskStatus.FAILED, TaskStatus.CANCELLED));
  }

  @Override
  Each change(OmniQ omniq, TaskId id) {
    return changed(id, "retried", () -> omniq.retry(id));
  }
}
