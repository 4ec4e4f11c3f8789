package dev.omniq.cli;

import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Everything about one task, for people. */
final class TaskReport {
  private final Task task;
  private final Style style;
  private final TextTable facts = new TextTable();
  private final List<String> lines = new ArrayList<>();

  private TaskReport(Task task, Style style) {
    this.task = task;
    this.style = style;
  }

  static List<String> lines(Task task, Style style) {
    var report = new TaskReport(task, style);
    report.whatIsToBeDone();
    report.howItStands();
    report.lines.addAll(report.facts.lines());
    report.errors();
    report.log();
    return report.lines;
  }

  private void whatIsToBeDone() {
    fact("task", task.id().toString());
    fact("name", task.name());
    fact("arguments", task.arguments());
    fact("queue", task.queue() + ", priority " + task.priority());
    fact("schedule", Style.schedule(task.schedule()));
    if (task.recurring()) {
      fact("series", task.seriesId() + ", run " + task.run());
    }
    fact("unique key", task.uniqueKey());
    fact(
        "labels",
        new TreeMap<>(task.labels())
            .entrySet().stream().map(Object::toString).collect(Collectors.joining(", ")));
    fact("retries", retries(task.spec().retryPolicy()));
    fact("timeout", task.timeout().map(Style::duration).orElse("none"));
  }

  private void howItStands() {
    TaskState state = task.state();
    facts.row(
        List.of(
            TextTable.Cell.of("status"),
            new TextTable.Cell(task.status().name(), style.paint(task.status()))));
    time("created", Optional.of(task.createdAt()));
    time("planned", Optional.of(task.plannedAt()));
    time("due", Optional.of(task.dueAt()));
    time("started", state.startedAt());
    time("finished", state.finishedAt());
    fact("worker", state.worker());
    fact(
        "attempts",
        task.attempt() + " of " + (task.spec().retryPolicy().maxRetries() + 1L) + losses());
    fact("progress", state.notes().progress().map(TaskReport::progress));
    fact("result", state.result());
  }

  private String losses() {
    int losses = task.state().losses();
    return losses == 0 ? "" : ", lost with its worker " + losses + " times";
  }

  private static String retries(RetryPolicy policy) {
    if (policy.maxRetries() == 0) {
      return "none";
    }
    return String.format(
        Locale.ROOT,
        "%d, first after %s, × %s up to %s, ± %.0f %%",
        policy.maxRetries(),
        Style.duration(policy.firstDelay()),
        policy.multiplier(),
        Style.duration(policy.maxDelay()),
        policy.jitter() * 100);
  }

  private static String progress(Notes.Progress progress) {
    return String.format(Locale.ROOT, "%.0f %% ", progress.fraction() * 100) + progress.message();
  }

  private void errors() {
    if (!task.errors().isEmpty()) {
      section("Errors");
    }
    for (TaskError error : task.errors()) {
      lines.add(
          "attempt %d  %s  %s".formatted(error.attempt(), style.precise(error.at()), error.type()));
      String where =
          error
              .stackTrace()
              .orElseGet(
                  () -> error.exception().map(type -> type + ": ").orElse("") + error.message());
      Style.harmless(where).lines().forEach(line -> lines.add("    " + line));
    }
  }

  private void log() {
    List<Notes.LogLine> log = task.state().notes().log();
    if (!log.isEmpty()) {
      section("Log");
    }
    for (Notes.LogLine line : log) {
      lines.add(style.precise(line.at()) + "  " + Style.harmless(line.text()));
    }
  }

  private void section(String title) {
    lines.add("");
    lines.add(style.bold().apply(title));
  }

  private void time(String what, Optional<Instant> when) {
    fact(what, when.map(style::precise));
  }

  private void fact(String what, Optional<String> value) {
    fact(what, value.orElse(""));
  }

  private void fact(String what, String value) {
    if (!value.isEmpty()) {
      facts.row(what, Style.harmless(value));
    }
  }
}
