package dev.omniq.task;

import java.util.Objects;

/**
 * A task that is to be stored.
 *
 * @param id its id; a store that has this id already changes nothing
 * @param spec what is to be done
 * @param due when
 * @param seriesId the id of the first task of its series; its own id for a first or only run
 * @param run 1 for the first run of a series, then 2, 3 and so on
 */
public record NewTask(TaskId id, TaskSpec spec, Due due, TaskId seriesId, int run) {

  /** Checks that nothing is missing. */
  public NewTask {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(due, "due");
    Objects.requireNonNull(seriesId, "seriesId");
    if (run < 1) {
      throw new IllegalArgumentException("run must be at least 1, but is " + run);
    }
  }

  /** The same task with another specification. */
  public NewTask with(TaskSpec changed) {
    return new NewTask(id, changed, due, seriesId, run);
  }

  /** The first run of a series, or the only run of a task that does not repeat. */
  public static NewTask first(TaskId id, TaskSpec spec, Due due) {
    return new NewTask(id, spec, due, id, 1);
  }
}
