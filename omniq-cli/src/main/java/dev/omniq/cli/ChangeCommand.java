package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
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

  /** So many are changed in one durable write. */
  private static final int PAGE = 1_000;

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

  private final TaskChange change;
  private final String verb;
  private final Set<TaskStatus> changeable;

  /**
   * A command.
   *
   * @param verb what it does, for the question
   * @param changeable which tasks conditions choose from
   */
  ChangeCommand(TaskChange change, String verb, Set<TaskStatus> changeable) {
    this.change = change;
    this.verb = verb;
    this.changeable = changeable;
  }

  /** Changes one task that was named. */
  abstract Each change(OmniQ omniq, TaskId id);

  /** Changes those tasks of a page that are meant. */
  ChangedTasks changePage(OmniQ omniq, TaskQuery page, Predicate<Task> meant) {
    return omniq.change(change, page, meant);
  }

  /** For the answer of an enum. */
  static String words(Enum<?> outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** For a change that the library refuses by an exception; a store that fails is no refusal. */
  static Each changed(TaskId id, String outcome, Runnable change) {
    try {
      change.run();
      return new Each(id, true, outcome);
    } catch (StorageException e) {
      throw e;
    } catch (OmniQException e) {
      return new Each(id, false, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Integer call() throws IOException {
    if (ids.isEmpty() == filter.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "say which tasks, either by their ids or by conditions");
    }
    try (OmniQ omniq = store.openExisting()) {
      return ids.isEmpty() ? changeMatching(omniq) : changeNamed(omniq);
    }
  }

  private int changeNamed(OmniQ omniq) {
    boolean all = true;
    for (TaskId id : ids) {
      Each each = change(omniq, id);
      all &= each.changed();
      print(each);
    }
    return all ? 0 : 1;
  }

  private void print(Each each) {
    if (output.json()) {
      output.jsonLine(new View(each.id().toString(), each.changed(), each.outcome()));
    } else {
      output.line(line(each));
    }
  }

  private static String line(Each each) {
    return each.id() + "  " + Style.harmless(each.outcome());
  }

  // ---- all that match ----

  private int changeMatching(OmniQ omniq) throws IOException {
    Set<TaskStatus> statuses = EnumSet.copyOf(filter.statuses());
    statuses.retainAll(changeable);
    TaskQuery which = filter.query().status(statuses).limit(PAGE);
    Set<TaskId> matching = statuses.isEmpty() ? Set.of() : matching(omniq, which);
    if (matching.isEmpty()) {
      spec.commandLine().getErr().println("No task matches.");
      return 0;
    }
    if (!question.isConfirmed(verb + " " + tasks(matching.size()))) {
      return 1;
    }
    int done = changeAll(omniq, which, matching);
    if (!output.json()) {
      output.line("%,d of %s done.".formatted(done, tasks(matching.size())));
    }
    return 0;
  }

  /** Read before anything is changed, so that the question tells the truth. */
  private Set<TaskId> matching(OmniQ omniq, TaskQuery which) {
    Set<TaskId> matching = new HashSet<>();
    List<Task> page = omniq.tasks(which);
    while (!page.isEmpty()) {
      page.forEach(task -> matching.add(task.id()));
      page = omniq.tasks(which.after(page.get(page.size() - 1).id()));
    }
    return matching;
  }

  private static String tasks(int count) {
    return count == 1 ? "1 task" : "%,d tasks".formatted(count);
  }

  /** Only those that were counted, whatever matches meanwhile: how many were changed. */
  private int changeAll(OmniQ omniq, TaskQuery which, Set<TaskId> counted) {
    int total = counted.size();
    int done = 0;
    Set<TaskId> left = new HashSet<>(counted);
    var refusals = new Refusals();
    try (var progress = ProgressBar.of(output)) {
      Optional<TaskQuery> page = Optional.of(which);
      while (page.isPresent() && !left.isEmpty()) {
        ChangedTasks changed = changePage(omniq, page.get(), task -> left.contains(task.id()));
        for (Each each : changed.tasks()) {
          left.remove(each.id());
          if (output.json()) {
            print(each);
          } else if (!each.changed()) {
            refusals.add(each);
          }
        }
        done += changed.changed();
        page = changed.next();
        if (total >= MANY && page.isPresent()) {
          progress.at(verb, total - left.size(), total, "tasks");
        }
      }
      if (total >= MANY) {
        progress.at(verb, total, total, "tasks");
      }
    }
    for (TaskId id : left) {
      Each gone = new Each(id, false, "no longer as the conditions say");
      if (output.json()) {
        print(gone);
      } else {
        refusals.add(gone);
      }
    }
    output.lines(refusals.lines());
    return done;
  }

  /** Why tasks were not changed: the first few of them, and how many each reason stands for. */
  private static final class Refusals {
    private static final int NAMED = 10;

    private final List<String> named = new ArrayList<>();
    private int count;

    void add(Each each) {
      count++;
      if (named.size() < NAMED) {
        named.add(line(each));
      }
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>(named);
      if (count > named.size()) {
        lines.add("and %,d more were not changed; --json tells of each.".formatted(count - NAMED));
      }
      return lines;
    }
  }

  /** What programs read of a change. */
  private record View(String id, boolean done, String outcome) {}
}
