package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;

/**
 * What is kept at hand of a finished task; the rest is read from the journal.
 *
 * @param id the task
 * @param status how it ended
 * @param revision counts the changes of its state
 * @param finishedAt when it ended, in microseconds since the epoch
 * @param queue its queue
 * @param name its name
 * @param recurring whether it is a run of a series
 * @param add where its add line begins
 * @param set where the line of its last state begins; {@link Location#NONE} if that is the add line
 */
record FinishedTask(
    TaskId id,
    TaskStatus status,
    int revision,
    long finishedAt,
    String queue,
    String name,
    boolean recurring,
    long add,
    long set) {

  /** A finished task of the sealed segments. */
  static FinishedTask of(Effect effect) {
    Effect.Standing standing = effect.theStanding();
    return new FinishedTask(
        effect.id(),
        standing.status(),
        standing.revision(),
        standing.time(),
        effect.theBody().queue(),
        effect.theBody().name(),
        effect.theBody().recurring(),
        effect.theBody().at(),
        standing.at());
  }

  /** The same task, with its add line elsewhere. */
  FinishedTask movedTo(long newAdd) {
    return new FinishedTask(id, status, revision, finishedAt, queue, name, recurring, newAdd, set);
  }

  /** Whether it may meet a query, as far as is known of it here. */
  boolean mayMatch(TaskQuery query) {
    return (query.statuses().isEmpty() || query.statuses().contains(status))
        && query.queue().map(queue::equals).orElse(true)
        && query.name().map(name::equals).orElse(true)
        && (!query.onlyRecurring() || recurring);
  }

  /** Whether it ended before a time. */
  boolean isBefore(PurgeScan.Ends ends) {
    return finishedAt < (status == TaskStatus.SUCCESS ? ends.success() : ends.failure());
  }
}
