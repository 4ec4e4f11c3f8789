package dev.omniq.cli;

import dev.omniq.Backend;
import dev.omniq.Settings;
import dev.omniq.task.Task;
import dev.omniq.task.TimeSource;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The demo for people. */
final class DemoText implements DemoOutput {
  private static final String ROW = "%-31s  %3s  %-12s  %-12s  %14s";

  private final OutputOptions output;
  private final Style style;
  private final TimeSource time;
  private final List<DemoRun> runs = Collections.synchronizedList(new ArrayList<>());
  private volatile Instant start = Instant.MIN;

  DemoText(OutputOptions output, TimeSource time) {
    this.output = output;
    this.style = output.style();
    this.time = time;
  }

  @Override
  public void scheduled(Task repeating, boolean created) {
    output.line("Scheduling delayed task (5 seconds)...");
    output.line("Scheduling interval task (every 2 seconds)...");
    if (!created) {
      output.line("  found the series of an earlier start, going on with run " + repeating.run());
    }
  }

  @Override
  public void starting() {
    start = time.now();
    output.line("Starting worker...");
    output.line("");
    output.line(
        style
            .bold()
            .apply(
                ROW.formatted(
                    "(times in " + style.zoneName() + ")",
                    "RUN",
                    "PLANNED",
                    "ACTUAL",
                    "LATENESS")));
  }

  @Override
  public void ran(DemoRun run) {
    runs.add(run);
    output.line(
        ROW.formatted(
                "Processing item: " + run.item(),
                run.run(),
                style.clock(run.planned()),
                style.clock(run.actual()),
                Style.milliseconds(run.latenessMs()))
            + (isOverdue(run) ? "  (was due before this start)" : ""));
  }

  @Override
  public void ended(boolean early, List<Task> tasks, Settings settings) {
    output.line("");
    output.line((early ? "Stopped in order. " : "Done! ") + summary());
    output.line("");
    var chronological = new ArrayList<>(tasks);
    Collections.reverse(chronological);
    output.lines(TaskTable.lines(chronological, style));
    output.line("");
    hints(tasks, settings);
  }

  private String summary() {
    List<DemoRun> all = List.copyOf(runs);
    String count = all.size() == 1 ? "1 run" : all.size() + " runs";
    return all.stream()
        .filter(run -> !isOverdue(run))
        .map(DemoRun::latenessMs)
        .max(BigDecimal::compareTo)
        .map(
            most ->
                String.format(Locale.ROOT, "%s, at most %s late.", count, Style.milliseconds(most)))
        .orElse(count + ".");
  }

  private boolean isOverdue(DemoRun run) {
    return run.planned().isBefore(start);
  }

  private void hints(List<Task> tasks, Settings settings) {
    boolean file = settings.backend() == Backend.FILE;
    if (file) {
      List<Path> journal = StoreDirectory.journal(settings.baseDir());
      output.line("The journal:        cat " + journal.get(journal.size() - 1));
    }
    if (settings.backend() != Backend.MEMORY) {
      String store =
          file && settings.baseDir().equals(Settings.builder().build().baseDir())
              ? ""
              : " --store " + StoreOption.describe(settings);
      output.line("The tasks:          ./omniq list" + store);
      tasks.stream()
          .findFirst()
          .ifPresent(
              task -> output.line("One of them:        ./omniq show" + store + " " + task.id()));
      output.line("On with the series: ./omniq demo" + store);
    }
  }
}
