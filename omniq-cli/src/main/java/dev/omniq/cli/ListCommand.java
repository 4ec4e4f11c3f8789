package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.dashboard.TaskView;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq list}. */
@Command(
    name = "list",
    header = "Lists tasks, the newest first.",
    description = "Conditions add up. Works while other programs use the store.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq list --status failed --limit 20",
      "  omniq list --status pending,running --queue mail --label customer=17",
      "  omniq list --recurring --status pending        what will run again",
      "  omniq list --series ID                         the runs of a series",
      "  omniq list --json | jq -r .id"
    })
final class ListCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final TaskFilter filter = new TaskFilter();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many; ${DEFAULT-VALUE} by default.")
  private int limit;

  @Option(
      names = "--after",
      paramLabel = "ID",
      description = "Go on behind this task, the last of a page before.")
  private @Nullable TaskId after;

  @Override
  public Integer call() {
    TaskQuery query = query();
    List<Task> tasks;
    try (OmniQ omniq = store.openExisting()) {
      tasks = omniq.tasks(query);
    }
    if (output.json()) {
      tasks.forEach(task -> output.jsonLine(TaskView.of(task)));
    } else if (tasks.isEmpty()) {
      output.line("No tasks.");
    } else {
      output.lines(TaskTable.lines(tasks, output.style()));
      if (tasks.size() == limit) {
        output.line("There may be more: --after " + tasks.get(tasks.size() - 1).id());
      }
    }
    return 0;
  }

  private TaskQuery query() {
    TaskQuery query = filter.query();
    try {
      query = query.limit(limit);
      return after == null ? query : query.after(after);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
