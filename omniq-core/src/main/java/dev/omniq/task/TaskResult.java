package dev.omniq.task;

import java.time.Instant;
import java.util.Optional;

/**
 * How a task ended.
 *
 * @param id the task
 * @param status SUCCESS, FAILED or CANCELLED
 * @param json what the handler returned, as JSON; present when the status is SUCCESS
 * @param error the last error, if there was one
 * @param finishedAt when it ended
 */
public record TaskResult(
    TaskId id,
    TaskStatus status,
    Optional<String> json,
    Optional<TaskError> error,
    Instant finishedAt) {

  /** The result of a task, if it has finished. */
  public static Optional<TaskResult> of(Task task) {
    return task.state()
        .finishedAt()
        .map(
            at ->
                new TaskResult(
                    task.id(), task.status(), task.state().result(), task.lastError(), at));
  }
}
