package dev.omniq.cli;

import dev.omniq.Backend;
import dev.omniq.HealthCheck;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.cli.Diagnosis.Kind;
import dev.omniq.task.OmniQException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code omniq doctor}. */
@Command(
    name = "doctor",
    header = "Looks for what is wrong with a queue, and says what to do about it.",
    description = {
      "The store: whether it is there, opens and is not in the middle of a move, and whether its disk"
          + " has room. The queue: lost and missing workers, names that nobody handles, lateness,"
          + " failures, tasks that were put aside, clocks that differ.",
      "Changes no task, and makes or updates no table of a server. Exit code 1 if there is trouble."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq doctor",
      "  omniq doctor --max-lateness PT10S --min-free 20%%",
      "  omniq doctor --json | jq -r .trouble"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--max-lateness",
      paramLabel = "DURATION",
      defaultValue = "PT1M",
      description = "How long a due task may wait; ${DEFAULT-VALUE} by default.")
  @SuppressWarnings("NullAway.Init") // picocli sets what has a default
  private Duration maxLateness;

  @Option(
      names = "--max-silence",
      paramLabel = "DURATION",
      defaultValue = "PT1M",
      description =
          "How long a worker that holds tasks may say nothing, twice its lease at least;"
              + " ${DEFAULT-VALUE} by default.")
  @SuppressWarnings("NullAway.Init") // picocli sets what has a default
  private Duration maxSilence;

  @Option(
      names = "--max-skew",
      paramLabel = "DURATION",
      defaultValue = "PT1S",
      description = "How far the clocks may be apart; ${DEFAULT-VALUE} by default.")
  @SuppressWarnings("NullAway.Init") // picocli sets what has a default
  private Duration maxSkew;

  @Option(
      names = "--lately",
      paramLabel = "DURATION",
      defaultValue = "PT1H",
      description = "How old a failure may be to be told; ${DEFAULT-VALUE} by default.")
  @SuppressWarnings("NullAway.Init") // picocli sets what has a default
  private Duration lately;

  @Option(
      names = "--min-free",
      paramLabel = "SIZE",
      split = ",",
      defaultValue = "5%,1G",
      converter = Size.class,
      description =
          "How much of the store's disk should be free, as a share, a size, or both;"
              + " ${DEFAULT-VALUE} by default.")
  private List<MinFree> minFree = new ArrayList<>();

  /** Tells picocli why a size is refused. */
  static final class Size implements ITypeConverter<MinFree> {
    @Override
    public MinFree convert(String text) {
      try {
        return MinFree.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  public Integer call() {
    Settings settings = untouched(store.settings());
    List<Diagnosis> found = new ArrayList<>();
    disk(settings).ifPresent(found::add);
    try {
      found.addAll(queue(settings));
    } catch (OmniQException e) {
      found.add(UnopenedStore.diagnose(settings, e));
      if (Boolean.TRUE.equals(spec.root().findOption("--verbose").getValue())) {
        e.printStackTrace(spec.commandLine().getErr());
      }
    }
    if (output.json()) {
      found.forEach(output::jsonLine);
    } else {
      output.lines(text(found, settings));
    }
    return found.isEmpty() ? 0 : 1;
  }

  /** A server's tables are as they are found: to make or update them is not a doctor's business. */
  private static Settings untouched(Settings settings) {
    String url = settings.dbUrl().orElse("");
    if (settings.backend() != Backend.POSTGRES || url.contains("omniq.migrate=")) {
      return settings;
    }
    String separator = url.contains("?") ? "&" : "?";
    return settings.toBuilder().dbUrl(url + separator + "omniq.migrate=false").build();
  }

  private List<Diagnosis> queue(Settings settings) {
    StoreOption.requireStore(settings);
    try (OmniQ omniq = OmniQ.open(settings)) {
      return new HealthCheck(omniq, maxLateness, maxSilence, maxSkew, lately)
          .run().findings().stream().map(Diagnosis::of).toList();
    }
  }

  private Optional<Diagnosis> disk(Settings settings) {
    Optional<Path> place = StoreOption.path(settings).map(Path::toAbsolutePath);
    if (place.isEmpty() || Files.notExists(place.get())) {
      return Optional.empty();
    }
    try {
      FileStore disk = Files.getFileStore(place.get());
      long free = disk.getUsableSpace();
      long total = disk.getTotalSpace();
      if (minFree.stream().allMatch(least -> least.isMet(free, total))) {
        return Optional.empty();
      }
      return Optional.of(
          Diagnosis.of(
              Kind.DISK_LOW,
              "Of the disk of %s only %s of %s are free."
                  .formatted(place.get(), MinFree.text(free), MinFree.text(total)),
              "Make room before it is full and nothing can be stored any more: remove other files,"
                  + " or finished tasks with 'omniq purge', or move the store to a larger disk with"
                  + " 'omniq move'."));
    } catch (IOException e) {
      return Optional.of(
          Diagnosis.of(
              Kind.STORE_UNUSABLE,
              "The disk of %s cannot be asked for its room: %s.".formatted(place.get(), e),
              "Look whether the disk is there and can be read."));
    }
  }

  private List<String> text(List<Diagnosis> found, Settings settings) {
    Style style = output.style();
    if (found.isEmpty()) {
      return List.of(style.calm().apply("No trouble found") + " in " + settings.publicUrl() + ".");
    }
    List<String> lines = new ArrayList<>();
    for (Diagnosis each : found) {
      lines.add(
          style.alarm().apply(each.trouble().replace('_', ' '))
              + ": "
              + Style.harmless(each.what()));
      lines.add("  " + Style.harmless(each.remedy()));
      lines.add("");
    }
    lines.add(
        "%s found in %s."
            .formatted(
                found.size() == 1 ? "1 trouble" : found.size() + " troubles",
                settings.publicUrl()));
    return lines;
  }
}
