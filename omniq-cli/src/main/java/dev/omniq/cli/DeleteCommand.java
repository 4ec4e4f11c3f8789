package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.EnumSet;
import picocli.CommandLine.Command;

/** {@code omniq delete}. */
@Command(
    name = "delete",
    header = "Removes tasks that do not run.",
    description = {
      "To delete the pending run of a series ends the series; to delete a finished run does not.",
      "Exit code 1 if a task that was named could not be deleted."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq delete 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq delete --status success --name reports --yes"
    })
final class DeleteCommand extends ChangeCommand {
  DeleteCommand() {
    super(TaskChange.DELETE, "Delete", EnumSet.complementOf(EnumSet.of(TaskStatus.RUNNING)));
  }

  @Override
  Each change(OmniQ omniq, TaskId id) {
    DeleteOutcome outcome = omniq.delete(id);
    return new Each(id, outcome.deleted(), words(outcome));
  }
}
