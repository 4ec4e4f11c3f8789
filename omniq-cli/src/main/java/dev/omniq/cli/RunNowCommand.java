package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.EnumSet;
import picocli.CommandLine.Command;

/** {@code omniq run-now}. */
@Command(
    name = "run-now",
    header = "Makes waiting tasks due at once.",
    description = {
      "Whatever they wait for: their time, or their next attempt. Workers take them as any task that"
          + " is due. A series at a fixed rate keeps its beat.",
      "Conditions choose from pending tasks.",
      "Exit code 1 if a task that was named does not wait."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq run-now 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq run-now --name reports --label customer=17",
      "  omniq run-now --recurring --yes"
    })
final class RunNowCommand extends ChangeCommand {
  RunNowCommand() {
    super(TaskChange.RUN_NOW, "Run", EnumSet.of(TaskStatus.PENDING));
  }

  @Override
  Each change(OmniQ omniq, TaskId id) {
    return changed(id, "due now", () -> omniq.runNow(id));
  }
}
