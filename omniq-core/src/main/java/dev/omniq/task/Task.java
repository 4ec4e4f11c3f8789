package dev.omniq.task;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A stored task: what was asked, which never changes, and how it stands. An immutable snapshot.
 *
 * @param id its id
 * @param spec what is to be done
 * @param seriesId the id of the first task of its series; its own id if it does not repeat
 * @param run its number in the series, from 1
 * @param createdAt when it was stored, by the store's clock
 * @param plannedAt when it was first due; retries and snoozes move {@link #dueAt}, never this
 * @param state how it stands
 */
public record Task(
    TaskId id,
    TaskSpec spec,
    TaskId seriesId,
    int run,
    Instant createdAt,
    Instant plannedAt,
    TaskState state) {

  /** Checks that nothing is missing. */
  public Task {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(seriesId, "seriesId");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(plannedAt, "plannedAt");
    Objects.requireNonNull(state, "state");
  }

  /** What a store with the clock {@code now} makes of a new task. */
  public static Task stored(NewTask task, Instant now) {
    Instant due = task.due().resolve(now);
    return new Task(
        task.id(), task.spec(), task.seriesId(), task.run(), now, due, TaskState.pending(due));
  }

  /** This task with another state. */
  public Task with(TaskState next) {
    return new Task(id, spec, seriesId, run, createdAt, plannedAt, next);
  }

  /** {@link TaskSpec#name}. */
  public String name() {
    return spec.name();
  }

  /** {@link TaskSpec#arguments}. */
  public String arguments() {
    return spec.arguments();
  }

  /** {@link TaskSpec#queue}. */
  public String queue() {
    return spec.queue();
  }

  /** {@link TaskSpec#priority}. */
  public int priority() {
    return spec.priority();
  }

  /** {@link TaskSpec#schedule}. */
  public Schedule schedule() {
    return spec.schedule();
  }

  /** {@link TaskSpec#uniqueKey}. */
  public Optional<String> uniqueKey() {
    return spec.uniqueKey();
  }

  /** {@link TaskSpec#timeout}. */
  public Optional<Duration> timeout() {
    return spec.timeout();
  }

  /** {@link TaskSpec#labels}. */
  public Map<String, String> labels() {
    return spec.labels();
  }

  /** Whether it is a run of a series. */
  public boolean recurring() {
    return spec.schedule().recurring();
  }

  /** {@link TaskState#status}. */
  public TaskStatus status() {
    return state.status();
  }

  /** {@link TaskState#dueAt}. */
  public Instant dueAt() {
    return state.dueAt();
  }

  /** {@link TaskState#attempt}. */
  public int attempt() {
    return state.attempt();
  }

  /** {@link TaskState#errors}. */
  public List<TaskError> errors() {
    return state.errors();
  }

  /** The error that came last. */
  public Optional<TaskError> lastError() {
    return errors().isEmpty() ? Optional.empty() : Optional.of(errors().get(errors().size() - 1));
  }
}
