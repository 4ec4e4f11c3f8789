package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What the commands share that change tasks: those with given ids, or all that match conditions,
 * after a question that tells how many.
 */
abstract class ChangeCommand implements Callable<Integer> {
  /** From so many on it takes long enough to tell how far it is. */
  private static final int MANY = 100;

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final TaskFilter filter = new TaskFilter();
  @Mixin private final Question question = new Question();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "The ids of tasks; without any, conditions say which.")
  private List<TaskId> ids = new ArrayList<>();

  private final String verb;
  private final Set<TaskStatus> changeable;

  /**
   * A command.
   *
   * @param verb what it does, for the question
   * @param changeable which tasks conditions choose from
   */
  ChangeCommand(String verb, Set<TaskStatus> changeable) {
    this.verb = verb;
    this.changeable = changeable;
  }

  /**
   * What became of one task.
   *
   * @param done whether it is as the command wants it
   * @param outcome such as {@code cancelled}, or why not
   */
  record Changed(TaskId id, boolean done, String outcome) {}

  /** Changes one task. */
  abstract Changed change(OmniQ omniq, TaskId id);

  /** For the answer of an enum. */
  static String words(Enum<?> outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** For a change that the library refuses by an exception; a store that fails is no refusal. */
  static Changed changed(TaskId id, String outcome, Runnable change) {
    try {
      change.run();
      return new Changed(id, true, outcome);
    } catch (StorageException e) {
      throw e;
    } catch (OmniQException e) {
      return new Changed(id, false, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Integer call() throws IOException {
    if (ids.isEmpty() == filter.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "say which tasks, either by their ids or by conditions");
    }
    try (OmniQ omniq = store.openExisting()) {
      if (!ids.isEmpty()) {
        return changeAll(omniq, ids) == ids.size() ? 0 : 1;
      }
      List<TaskId> matching = matching(omniq);
      if (matching.isEmpty()) {
        spec.commandLine().getErr().println("No task matches.");
        return 0;
      }
      if (!question.isConfirmed(verb + " " + tasks(matching.size()))) {
        return 1;
      }
      int done = changeAll(omniq, matching);
      if (!output.json()) {
        output.line("%,d of %s done.".formatted(done, tasks(matching.size())));
      }
      return 0;
    }
  }

  /** Read before anything is changed, so that the question tells the truth. */
  private List<TaskId> matching(OmniQ omniq) {
    Set<TaskStatus> statuses = EnumSet.copyOf(filter.statuses());
    statuses.retainAll(changeable);
    List<TaskId> matching = new ArrayList<>();
    if (statuses.isEmpty()) {
      return matching;
    }
    TaskQuery query = filter.query().status(statuses).limit(TaskQuery.MAX_LIMIT);
    List<Task> page = omniq.tasks(query);
    while (!page.isEmpty()) {
      page.forEach(task -> matching.add(task.id()));
      page = omniq.tasks(query.after(matching.get(matching.size() - 1)));
    }
    return matching;
  }

  private static String tasks(int count) {
    return count == 1 ? "1 task" : "%,d tasks".formatted(count);
  }

  /** How many are as they should be. */
  private int changeAll(OmniQ omniq, List<TaskId> which) {
    int done = 0;
    int tried = 0;
    try (var progress = ProgressBar.of(output)) {
      for (TaskId id : which) {
        Changed changed = change(omniq, id);
        done += changed.done ? 1 : 0;
        if (output.json()) {
          output.jsonLine(new View(id.toString(), changed.done, changed.outcome));
        } else if (!ids.isEmpty() || !changed.done) {
          progress.clear();
          output.line(id + "  " + changed.outcome);
        }
        tried++;
        if (ids.isEmpty() && which.size() >= MANY) {
          progress.at(verb, tried, which.size(), "tasks");
        }
      }
    }
    return done;
  }

  /** What programs read of a change. */
  private record View(String id, boolean done, String outcome) {}
}
