package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.storage.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code omniq workers}. */
@Command(
    name = "workers",
    header = "Lists the workers that were seen lately.",
    description =
        "A worker is seen when it claims tasks or renews its leases. The time is the store's clock.",
    footerHeading = "%nExamples:%n",
    footer = {"  omniq workers", "  omniq workers --json | jq -r .worker"})
final class WorkersCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  /** What programs read of a worker. */
  record View(String worker, Instant lastSeen, int running) {}

  @Override
  public Integer call() {
    List<WorkerInfo> workers;
    Instant now;
    try (OmniQ omniq = store.openExisting()) {
      workers = omniq.workers();
      now = omniq.stats().at();
    }
    if (output.json()) {
      workers.forEach(
          each -> output.jsonLine(new View(each.worker(), each.lastSeen(), each.running())));
    } else if (workers.isEmpty()) {
      output.line("No worker was seen lately.");
    } else {
      var table = new TextTable(1, 2);
      table.row(output.style().bold(), "WORKER", "RUNNING", "SEEN");
      for (WorkerInfo each : workers) {
        Duration ago = Duration.between(each.lastSeen(), now);
        table.row(
            Style.harmless(each.worker()),
            Integer.toString(each.running()),
            Style.rough(ago.isNegative() ? Duration.ZERO : ago) + " ago");
      }
      output.lines(table.lines());
    }
    return 0;
  }
}
