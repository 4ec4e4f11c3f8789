package dev.omniq.cli;

import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** A task as programs see it: the fields of its JSON. Durations are ISO text as well. */
record TaskView(
    String id,
    String name,
    TaskStatus status,
    JsonNode arguments,
    String queue,
    int priority,
    Repetition schedule,
    String seriesId,
    int run,
    Optional<String> uniqueKey,
    Map<String, String> labels,
    RetryPolicy retryPolicy,
    Optional<Duration> timeout,
    Instant createdAt,
    Instant plannedAt,
    Instant dueAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    int attempt,
    int losses,
    Optional<String> worker,
    Optional<JsonNode> result,
    List<TaskError> errors,
    Optional<Notes.Progress> progress,
    List<Notes.LogLine> log) {

  /** A schedule: {@code once}, {@code interval} or {@code rate}. */
  record Repetition(String type, Optional<Duration> every) {
    static Repetition of(Schedule schedule) {
      if (schedule instanceof Schedule.FixedDelay delay) {
        return new Repetition("interval", Optional.of(delay.interval()));
      }
      if (schedule instanceof Schedule.FixedRate rate) {
        return new Repetition("rate", Optional.of(rate.interval()));
      }
      return new Repetition("once", Optional.empty());
    }
  }

  static TaskView of(Task task) {
    TaskState state = task.state();
    return new TaskView(
        task.id().toString(),
        task.name(),
        task.status(),
        Json.parse(task.arguments()),
        task.queue(),
        task.priority(),
        Repetition.of(task.schedule()),
        task.seriesId().toString(),
        task.run(),
        task.uniqueKey(),
        new TreeMap<>(task.labels()),
        task.spec().retryPolicy(),
        task.timeout(),
        task.createdAt(),
        task.plannedAt(),
        task.dueAt(),
        state.startedAt(),
        state.finishedAt(),
        task.attempt(),
        state.losses(),
        state.worker(),
        state.result().map(Json::parse),
        task.errors(),
        state.notes().progress(),
        state.notes().log());
  }
}
