package dev.omniq.storage;

import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.util.List;

/** What {@link Movable#restore} refuses, in the words that all stores share. */
public final class Copies {
  private Copies() {}

  /**
   * Checks that none of the tasks is held by a worker.
   *
   * @throws IllegalArgumentException if one is RUNNING
   */
  public static void requireNotRunning(List<Task> tasks) {
    for (Task task : tasks) {
      if (task.status() == TaskStatus.RUNNING) {
        throw new IllegalArgumentException(
            "task " + task.id() + " is RUNNING, and its claim cannot be copied");
      }
    }
  }

  /** Whether a copy would be the live run of its series. */
  public static boolean carriesSeries(Task copy) {
    return copy.status().isLive() && copy.recurring() && !copy.state().detached();
  }

  /** A live task of this store holds the unique key of a live copy. */
  public static StorageException keyHeld(Task copy, TaskId holder) {
    return new StorageException(
        "task %s cannot be copied: its unique key '%s' in queue '%s' is held here by task %s; let"
                .formatted(copy.id(), copy.uniqueKey().orElseThrow(), copy.queue(), holder)
            + " one of them end, or cancel it, and repeat the move, or undo the move");
  }

  /** A live task of this store carries the series that a copy would carry. */
  public static StorageException seriesCarried(Task copy, TaskId run) {
    return new StorageException(
        "task %s cannot be copied: its series %s goes on here with task %s; cancel that one and"
                .formatted(copy.id(), copy.seriesId(), run)
            + " repeat the move, or undo the move");
  }
}
