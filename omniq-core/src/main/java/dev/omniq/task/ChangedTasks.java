package dev.omniq.task;

import java.util.List;
import java.util.Optional;

/**
 * What became of a page of tasks that were to be changed.
 *
 * @param tasks each of them, in the order of the page
 * @param next which tasks come behind them; empty if this was the last page
 */
public record ChangedTasks(List<Each> tasks, Optional<TaskQuery> next) {
  /** Keeps a copy. */
  public ChangedTasks {
    tasks = List.copyOf(tasks);
  }

  /**
   * What became of one of them.
   *
   * @param changed whether it is as it was to be
   * @param outcome for people: what it is now, such as {@code retried}, or why it was not changed
   */
  public record Each(TaskId id, boolean changed, String outcome) {}

  /** How many were changed. */
  public int changed() {
    return (int) tasks.stream().filter(Each::changed).count();
  }
}
