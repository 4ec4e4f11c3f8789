package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code omniq tail}. */
@Command(
    name = "tail",
    header = "Follows what becomes of tasks, until Ctrl-C.",
    description = {
      "Of all programs that use the store.",
      "Stores remember the last few thousand transitions; a file store, those since the program that"
          + " has it open has opened it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq tail",
      "  omniq tail --status failed --json",
      "  omniq tail --no-follow              what has happened lately"
    })
final class TailCommand implements Callable<Integer> {
  private static final int PAGE = 1_000;
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      split = ",",
      description = "Only what became one of these: ${COMPLETION-CANDIDATES}.")
  private Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);

  @Option(names = "--name", paramLabel = "NAME", description = "Only tasks of this full name.")
  private @Nullable String name;

  @Option(
      names = "--no-follow",
      description = "Print what the store still knows of the past, and end.")
  private boolean past;

  /** What programs read of a transition. */
  record View(Instant at, String id, String name, TaskStatus status) {}

  @Override
  public Integer call() throws InterruptedException {
    try (StopSignal stop = StopSignal.install();
        OmniQ omniq = store.openExisting()) {
      long position = past ? 0 : end(omniq);
      do {
        position = print(omniq, position);
      } while (!past && !stop.await(LOOK_EVERY));
      return 0;
    }
  }

  private static long end(OmniQ omniq) {
    Changes page = omniq.changes(0, PAGE);
    while (!page.changes().isEmpty()) {
      page = omniq.changes(page.last(), PAGE);
    }
    return page.last();
  }

  private long print(OmniQ omniq, long after) {
    Changes page = omniq.changes(after, PAGE);
    while (!page.changes().isEmpty()) {
      page.changes().stream().filter(this::isWanted).forEach(this::print);
      page = omniq.changes(page.last(), PAGE);
    }
    return page.last();
  }

  private boolean isWanted(Change change) {
    return (statuses.isEmpty() || statuses.contains(change.status()))
        && (name == null || name.equals(change.name()));
  }

  private void print(Change change) {
    if (output.json()) {
      output.jsonLine(
          new View(change.at(), change.id().toString(), change.name(), change.status()));
      return;
    }
    Style style = output.style();
    String status = "%-9s".formatted(change.status());
    output.line(
        "%s  %s  %s  %s"
            .formatted(
                style.dateAndTime(change.at()),
                change.id(),
                style.paint(change.status()).apply(status),
                Style.harmless(change.name())));
  }
}
