package dev.omniq.storage.file;

import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A line of the journal: one fact. To apply the facts in their order, from an empty store, gives
 * the state.
 */
sealed interface Line {

  /**
   * A task as a whole: a new one, one brought back to life, or one that compaction carried over.
   *
   * @param sequence its place in the order of insertion
   * @param task the task
   * @param claim who holds it, of a RUNNING task
   */
  record Add(long sequence, Task task, Optional<Claim> claim) implements Line {}

  /**
   * The part of a claim that the task's state does not tell.
   *
   * @param token the sequence of its token; the worker is the state's
   * @param first the sequence of the first token of the same claim call
   * @param lease how long it holds unless extended
   * @param owner the number of the owner in whose process the worker lives, and with which it dies;
   *     0 for a worker in another process
   */
  record Claim(long token, long first, Duration lease, long owner) {}

  /**
   * Tasks that one worker took in one go: their states are {@link TaskState#claimed}.
   *
   * @param worker its incarnation
   * @param first the sequence of the first task's token; those of the others follow
   * @param at when
   * @param lease how long the claims hold unless extended
   * @param owner the number of the owner in whose process the worker lives; 0 for another process
   * @param ids the tasks
   */
  record Claims(String worker, long first, Instant at, Duration lease, long owner, List<TaskId> ids)
      implements Line {}

  /** A new state of a task, as a whole; ends its claim. */
  record Set(TaskId id, TaskState state) implements Line {}

  /** New notes of a running task, as a whole. */
  record Note(TaskId id, Notes notes) implements Line {}

  /** Tasks that are gone. */
  record Delete(List<TaskId> ids) implements Line {}

  /** A process took over the journal; its number ascends by one with each. */
  record Open(long owner, Instant at) implements Line {}

  /** The owner closed the journal in good order. */
  record Close(Instant at) implements Line {}
}
