package dev.omniq.dashboard;

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
import tools.jackson.databind.JsonNode;

/**
 * Everything about a task as programs read it: the fields of its JSON, in the dashboard's API and
 * on the command line. Durations are ISO text.
 */
public record TaskView(
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
  public record Repetition(String type, Optional<Duration> every) {
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

  /** What a list shows of a task. */
  record Summary(
      String id,
      String name,
      TaskStatus status,
      String queue,
      int priority,
      Repetition schedule,
      String seriesId,
      int run,
      Map<String, String> labels,
      Instant createdAt,
      Instant dueAt,
      Optional<Instant> startedAt,
      Optional<Instant> finishedAt,
      int attempt,
      Optional<Notes.Progress> progress,
      Optional<String> error) {

    static Summary of(Task task, Masking masking) {
      TaskState state = task.state();
      return new Summary(
          task.id().toString(),
          task.name(),
          task.status(),
          task.queue(),
          task.priority(),
          Repetition.of(task.schedule()),
          task.seriesId().toString(),
          task.run(),
          masking.masked(task.labels()),
          task.createdAt(),
          task.dueAt(),
          state.startedAt(),
          state.finishedAt(),
          task.attempt(),
          state.notes().progress(),
          task.lastError().map(TaskError::message));
    }
  }

  /** The task as it is, its secrets included. */
  public static TaskView of(Task task) {
    return of(task, new Masking(List.of()));
  }

  /** The task without what has the name of a secret. */
  static TaskView of(Task task, Masking masking) {
    TaskState state = task.state();
    return new TaskView(
        task.id().toString(),
        task.name(),
        task.status(),
        masking.masked(Json.parse(task.arguments())),
        task.queue(),
        task.priority(),
        Repetition.of(task.schedule()),
        task.seriesId().toString(),
        task.run(),
        task.uniqueKey(),
        masking.masked(task.labels()),
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
        state.result().map(Json::parse).map(masking::masked),
        task.errors(),
        state.notes().progress(),
        state.notes().log());
  }
}
