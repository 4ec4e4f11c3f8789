package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import java.util.Optional;

/**
 * A compare-and-set on one task.
 *
 * @param id the task
 * @param expected what must still hold; otherwise the answer is {@link Applied#STALE}
 * @param next the new state; the store draws its revision
 * @param followUp the next run of the series, stored in the same atomic step
 */
public record Transition(TaskId id, Expected expected, TaskState next, Optional<NewTask> followUp) {

  /** What a transition expects to find. */
  public sealed interface Expected {

    /** The worker speaks: the task is RUNNING under its claim. */
    record Holder(ClaimToken token) implements Expected {}

    /** A rescuer speaks: RUNNING under a claim whose lease was not extended since it looked. */
    record Rescuer(ClaimToken token, long extensions) implements Expected {}

    /** Somebody else speaks: the state has not changed since it looked. */
    record Observer(int revision) implements Expected {}
  }
}
