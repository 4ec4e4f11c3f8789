package dev.omniq.cli;

import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What a worker tells: a line for each execution that ended. Thread-safe. */
final class WorkerOutput implements TaskListener {
  private static final int LONGEST_CALL = 60;

  private final OutputOptions output;
  private final Style style;
  private final AtomicLong ran = new AtomicLong();
  private final AtomicLong givenBack = new AtomicLong();

  WorkerOutput(OutputOptions output) {
    this.output = output;
    this.style = output.style();
  }

  /**
   * What programs read of an execution.
   *
   * @param status what the task is now; PENDING if it is tried again
   */
  private record View(
      Instant at,
      String id,
      String name,
      TaskStatus status,
      int attempt,
      BigDecimal tookMs,
      Optional<String> error,
      Optional<Instant> nextAttempt) {}

  void started(String worker, String where, List<String> names) {
    if (!output.json()) {
      output.line("Worker " + worker + " takes from " + where + " and runs");
      names.forEach(name -> output.line("  " + name));
      output.line("until Ctrl-C.");
    }
  }

  @Override
  public void onTransition(Transition transition) {
    switch (transition.kind()) {
      case SUCCEEDED, FAILED, RETRYING -> tell(transition.task(), transition.at());
      case RELEASED -> givenBack.incrementAndGet();
      case ENQUEUED, STARTED, CANCELLED, SNOOZED, RESCUED, RETRIED, RESCHEDULED -> {}
    }
  }

  private void tell(Task task, Instant at) {
    ran.incrementAndGet();
    Instant end = task.state().finishedAt().orElse(at);
    Duration took = Duration.between(task.state().startedAt().orElse(end), end);
    BigDecimal tookMs = BigDecimal.valueOf(took.toNanos() / 1_000, 3);
    boolean again = task.status() == TaskStatus.PENDING;
    Optional<String> error =
        task.status() == TaskStatus.SUCCESS
            ? Optional.empty()
            : task.lastError().map(TaskError::message);
    if (output.json()) {
      output.jsonLine(
          new View(
              end,
              task.id().toString(),
              task.name(),
              task.status(),
              task.attempt(),
              tookMs,
              error,
              again ? Optional.of(task.dueAt()) : Optional.empty()));
      return;
    }
    output.line(
        "%s  %s  %s  %12s  %s%s%s"
            .formatted(
                style.clock(end),
                task.id(),
                style.paint(task.status()).apply("%-7s".formatted(again ? "RETRY" : task.status())),
                Style.milliseconds(tookMs),
                Style.harmless(Style.call(task, LONGEST_CALL)),
                error.map(message -> ": " + firstLine(message)).orElse(""),
                again ? ", again at " + style.clock(task.dueAt()) : ""));
  }

  private static String firstLine(String message) {
    return Style.harmless(message.lines().findFirst().orElse(""));
  }

  void stopping() {
    if (!output.json()) {
      output.line("Stopping...");
    }
  }

  void stopped() {
    if (!output.json()) {
      output.line(
          "Stopped in order: %,d executions, %,d tasks given back."
              .formatted(ran.get(), givenBack.get()));
    }
  }
}
