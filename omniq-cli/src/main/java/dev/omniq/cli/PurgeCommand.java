package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.storage.Retention;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq purge}. */
@Command(
    name = "purge",
    header = "Removes finished tasks that need not be kept.",
    description = {
      "Workers do so once a minute by their own settings; this is for at once, and for less than"
          + " they keep. Live tasks stay. First tells how many finished tasks there are, and asks.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq purge",
      "  omniq purge --keep-success PT1H --keep-failures P7D",
      "  omniq purge --keep-most 10000 --yes"
    })
final class PurgeCommand implements Callable<Integer> {
  private static final int STEP = 1_000;

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final Question question = new Question();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--keep-success",
      paramLabel = "DURATION",
      description =
          "How long tasks are kept that succeeded; by default as OMNIQ_RESULT_TTL says, or PT24H.")
  private @Nullable Duration success;

  @Option(
      names = "--keep-failures",
      paramLabel = "DURATION",
      description = "How long tasks are kept that failed or were cancelled; P14D by default.")
  private @Nullable Duration failure;

  @Option(
      names = "--keep-most",
      paramLabel = "N",
      description = "At most so many finished tasks are kept, the newest; 1000000 by default.")
  private @Nullable Long most;

  /** The JSON of the end. */
  private record Result(long removed) {}

  @Override
  public Integer call() throws IOException {
    Retention retention = retention(store.settings().retention());
    try (OmniQ omniq = store.openExisting()) {
      long finished = finished(omniq);
      if (finished > 0 && !question.isConfirmed(text(finished, retention))) {
        return 1;
      }
      long removed = purge(omniq, retention, finished);
      if (output.json()) {
        output.jsonLine(new Result(removed));
      } else {
        output.line(removed == 1 ? "1 task removed." : "%,d tasks removed.".formatted(removed));
      }
    }
    return 0;
  }

  private Retention retention(Retention usual) {
    try {
      return new Retention(
          success == null ? usual.success() : success,
          failure == null ? usual.failure() : failure,
          most == null ? usual.most() : most);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** A store counts what is finished, but not what is older than something. */
  private static long finished(OmniQ omniq) {
    return omniq.stats().queues().values().stream()
        .mapToLong(
            counts ->
                Arrays.stream(TaskStatus.values())
                    .filter(TaskStatus::isFinished)
                    .mapToLong(status -> counts.byStatus().getOrDefault(status, 0L))
                    .sum())
        .sum();
  }

  private static String text(long finished, Retention retention) {
    return String.format(
        Locale.ROOT,
        "Of %,d finished tasks, remove those that succeeded more than %s ago or failed more than %s"
            + " ago, and all but the newest %,d",
        finished,
        Style.duration(retention.success()),
        Style.duration(retention.failure()),
        retention.most());
  }

  private long purge(OmniQ omniq, Retention retention, long finished) {
    long removed = 0;
    try (var progress = ProgressBar.of(output)) {
      int step = STEP;
      while (step == STEP) {
        step = omniq.purge(retention, STEP);
        removed += step;
        if (finished > STEP) {
          progress.at("Purge", removed, Math.max(finished, removed), "finished tasks");
        }
      }
    }
    return removed;
  }
}
