package dev.omniq.cli;

import dev.omniq.Backend;
import dev.omniq.Settings;
import dev.omniq.StoreMove;
import dev.omniq.move.Outcome;
import dev.omniq.move.Progress.Phase;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq move}. */
@Command(
    name = "move",
    header = "Moves all tasks, series and results to another store.",
    description = {
      "Marks both stores first: from then on the one that is left refuses every other write, and"
          + " the other gives out no task until all are there. At the end the one that was left"
          + " stays closed for good; programs are to use the other.",
      "An interrupted move is finished by the same command once more; nothing is doubled. Until it"
          + " is complete, --abort undoes it.",
      "A task that runs is waited for only as long as its lease; it runs again in the new store."
          + " So end the workers first if you can."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq move --from file:omniq_data --to sqlite:omniq.db",
      "  omniq move --from sqlite:omniq.db --to 'jdbc:postgresql://db/shop?user=omniq'",
      "  omniq move --from file:omniq_data --to sqlite:omniq.db --abort"
    })
final class MoveCommand implements Callable<Integer> {
  private static final String URLS = "file:DIRECTORY, sqlite:FILE or jdbc:postgresql://…";

  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "URL",
      description = "The store that is left: " + URLS + ".")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private String from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description = "The store that the tasks come to; a new one is made.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private String to;

  @Option(names = "--abort", description = "Undo a move that is not complete.")
  private boolean abort;

  /** The JSON of the end. */
  private record Result(
      String state, String from, String to, long tasks, long copied, long removed) {}

  @Override
  public Integer call() throws InterruptedException {
    Settings source = settings("--from", from);
    Settings target = settings("--to", to);
    StoreOption.requireStore(source);
    try (var progress = ProgressBar.of(output);
        StoreMove move =
            StoreMove.open(
                source,
                target,
                (phase, done, total) -> progress.at(name(phase), done, total, what(phase)))) {
      Outcome outcome = abort ? move.undo() : move.run();
      progress.close();
      tell(outcome, move.from(), move.to());
    }
    return 0;
  }

  private Settings settings(String option, String url) {
    Settings settings;
    try {
      settings = Settings.ofUrl(url).build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
    if (settings.backend() == Backend.MEMORY) {
      throw new ParameterException(
          spec.commandLine(),
          option + ": a store in memory ends with its process; allowed are " + URLS);
    }
    return settings;
  }

  private static String name(Phase phase) {
    return switch (phase) {
      case WAITING -> "Waiting ";
      case COPYING -> "Copying ";
      case CHECKING -> "Checking";
      case REMOVING -> "Removing";
    };
  }

  private static String what(Phase phase) {
    return phase == Phase.WAITING ? "leases of running tasks are over" : "tasks";
  }

  private void tell(Outcome outcome, String left, String reached) {
    if (output.json()) {
      output.jsonLine(
          new Result(
              abort ? "undone" : "moved",
              left,
              reached,
              outcome.tasks(),
              outcome.copied(),
              outcome.removed()));
    } else if (abort) {
      output.line(
          "No move is under way from %s to %s; %s copies were removed."
              .formatted(left, reached, number(outcome.removed())));
    } else {
      output.line(
          "%s tasks of %s are in %s; %s of them were copied now."
              .formatted(number(outcome.tasks()), left, reached, number(outcome.copied())));
      output.line("Use %s from now on; %s takes no writes any more.".formatted(reached, left));
    }
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
