package dev.omniq.cli;

import dev.omniq.storage.file.Disk;
import dev.omniq.storage.file.Repair;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code omniq repair}. */
@Command(
    name = "repair",
    header = "Saves what is readable of a damaged file store.",
    description = {
      "Copies every whole group of the journal to a new store, which takes the place of the damaged"
          + " one. The damaged one is kept beside it. A task whose end was lost runs again; a task"
          + " whose beginning was lost is gone.",
      "No program may have the store open."
    },
    footerHeading = "%nExample:%n",
    footer = "  omniq repair omniq_data")
final class RepairCommand implements Callable<Integer> {
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "DIR", description = "The directory of the store.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private Path directory;

  /** The JSON of a report. */
  private record Result(
      long lines, long live, long unfitting, List<Repair.Lost> lost, String damaged) {
    static Result of(Repair.Report report) {
      return new Result(
          report.lines(),
          report.live(),
          report.unfitting(),
          report.lost(),
          report.damaged().toString());
    }
  }

  @Override
  public Integer call() throws IOException {
    StoreDirectory.requireStore(directory);
    Repair.Report report;
    try (var lock = StoreDirectory.lock(directory)) {
      report = Repair.repair(directory, Disk.system(), TimeSource.system());
    }
    if (output.json()) {
      output.jsonLine(Result.of(report));
      return 0;
    }
    output.line(
        "Kept "
            + report.lines()
            + " lines of the journal, which come to "
            + report.live()
            + " live tasks.");
    for (Repair.Lost lost : report.lost()) {
      output.line(
          "Lost segment %d from byte %d to byte %d, which is not readable."
              .formatted(lost.segment(), lost.start(), lost.end()));
    }
    if (report.unfitting() > 0) {
      output.line("Dropped " + report.unfitting() + " readable lines that speak of lost tasks.");
    }
    if (report.lost().isEmpty() && report.unfitting() == 0) {
      output.line("Nothing was lost.");
    }
    output.line("The store as it was is in " + report.damaged() + ".");
    return 0;
  }
}
