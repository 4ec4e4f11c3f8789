package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.dashboard.TaskView;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code omniq show}. */
@Command(
    name = "show",
    header = "Shows everything about a task.",
    description =
        "Its arguments, schedule, times, attempts with their errors and stack traces, progress, log"
            + " and result.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq show 019ac9d2-6f00-7000-8000-000000000001",
      "  omniq show --json 019ac9d2-6f00-7000-8000-000000000001 | jq .result"
    })
final class ShowCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ID", description = "The id of the task.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private TaskId id;

  @Override
  public Integer call() {
    Task task;
    try (OmniQ omniq = store.openExisting()) {
      task =
          omniq
              .task(id)
              .orElseThrow(
                  () ->
                      new OmniQException(
                          "there is no task %s in %s"
                              .formatted(id, StoreOption.describe(omniq.settings()))));
    }
    if (output.json()) {
      output.jsonLine(TaskView.of(task));
    } else {
      output.lines(TaskReport.lines(task, output.style()));
    }
    return 0;
  }
}
