package dev.omniq.task;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The part of a task that changes. A new state replaces the old one as a whole; which state follows
 * which is decided in {@code dev.omniq.queue}, never in a store.
 *
 * @param status where the task stands
 * @param revision counts the changes of the state, from 1; drawn by the store, whatever is given
 * @param dueAt not claimed before this time
 * @param attempt executions started in the present budget, the running one included
 * @param losses how often a started execution was lost with its worker
 * @param startedAt when the last execution began
 * @param finishedAt when the task ended; empty while it is live
 * @param worker who runs it, or ran it last
 * @param errors the last few errors, the oldest first
 * @param result the JSON that the handler returned, of a task with status SUCCESS
 * @param notes what the handler told of its progress in the last execution
 * @param detached whether this is a finished run of a series that was retried: it runs once more
 *     beside its series, which it neither continues nor blocks
 */
public record TaskState(
    TaskStatus status,
    int revision,
    Instant dueAt,
    int attempt,
    int losses,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    Optional<String> worker,
    List<TaskError> errors,
    Optional<String> result,
    Notes notes,
    boolean detached) {

  /** The most errors that are kept. */
  public static final int MAX_ERRORS = 5;

  /** Checks that nothing is missing and that the values fit each other. */
  public TaskState {
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(dueAt, "dueAt");
    errors = List.copyOf(errors);
    if (errors.size() > MAX_ERRORS) {
      errors = List.copyOf(errors.subList(errors.size() - MAX_ERRORS, errors.size()));
    }
    if (status.isFinished() != finishedAt.isPresent()) {
      throw new IllegalArgumentException(
          "status " + status + " does not fit finishedAt " + finishedAt);
    }
  }

  /** The state of a task that was just stored. */
  public static TaskState pending(Instant dueAt) {
    return new TaskState(
        TaskStatus.PENDING,
        1,
        dueAt,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Notes.NONE,
        false);
  }

  /** The state after a claim, as every store makes it. */
  public TaskState claimed(String byWorker, Instant at) {
    return toBuilder()
        .status(TaskStatus.RUNNING)
        .revision(revision + 1)
        .attempt(attempt + 1)
        .startedAt(at)
        .worker(byWorker)
        .notes(Notes.NONE)
        .build();
  }

  /** A copy to change. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects the values of a {@link TaskState}; not safe for use by several threads. */
  public static final class Builder {
    private TaskStatus status;
    private int revision;
    private Instant dueAt;
    private int attempt;
    private int losses;
    private Optional<Instant> startedAt;
    private Optional<Instant> finishedAt;
    private Optional<String> worker;
    private List<TaskError> errors;
    private Optional<String> result;
    private Notes notes;
    private boolean detached;

    private Builder(TaskState from) {
      status = from.status;
      revision = from.revision;
      dueAt = from.dueAt;
      attempt = from.attempt;
      losses = from.losses;
      startedAt = from.startedAt;
      finishedAt = from.finishedAt;
      worker = from.worker;
      errors = from.errors;
      result = from.result;
      notes = from.notes;
      detached = from.detached;
    }

    /** Sets {@link TaskState#status}. */
    public Builder status(TaskStatus value) {
      status = value;
      return this;
    }

    /** Sets {@link TaskState#revision}. */
    public Builder revision(int value) {
      revision = value;
      return this;
    }

    /** Sets {@link TaskState#dueAt}. */
    public Builder dueAt(Instant value) {
      dueAt = value;
      return this;
    }

    /** Sets {@link TaskState#attempt}. */
    public Builder attempt(int value) {
      attempt = value;
      return this;
    }

    /** Sets {@link TaskState#losses}. */
    public Builder losses(int value) {
      losses = value;
      return this;
    }

    /** Sets {@link TaskState#startedAt}. */
    public Builder startedAt(Instant value) {
      startedAt = Optional.of(value);
      return this;
    }

    /** Sets {@link TaskState#finishedAt}. */
    public Builder finishedAt(Optional<Instant> value) {
      finishedAt = value;
      return this;
    }

    /** Sets {@link TaskState#worker}. */
    public Builder worker(String value) {
      worker = Optional.of(value);
      return this;
    }

    /** Sets {@link TaskState#errors}. */
    public Builder errors(List<TaskError> value) {
      errors = value;
      return this;
    }

    /** Adds to {@link TaskState#errors}; the oldest goes when there are too many. */
    public Builder error(TaskError error) {
      var all = new ArrayList<>(errors);
      all.add(error);
      errors = all;
      return this;
    }

    /** Sets {@link TaskState#result}. */
    public Builder result(Optional<String> json) {
      result = json;
      return this;
    }

    /** Sets {@link TaskState#notes}. */
    public Builder notes(Notes value) {
      notes = value;
      return this;
    }

    /** Sets {@link TaskState#detached}. */
    public Builder detached(boolean value) {
      detached = value;
      return this;
    }

    /** Checks all values and makes the state. */
    public TaskState build() {
      return new TaskState(
          status,
          revision,
          dueAt,
          attempt,
          losses,
          startedAt,
          finishedAt,
          worker,
          errors,
          result,
          notes,
          detached);
    }
  }
}
