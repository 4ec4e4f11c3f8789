package dev.omniq.storage;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.List;

/**
 * Some transitions in their order.
 *
 * @param changes the transitions, the oldest first
 * @param last the position to go on after
 * @param missed whether transitions between the position asked for and the first one are gone
 */
public record Changes(List<Change> changes, long last, boolean missed) {
  /** Copies the list. */
  public Changes {
    changes = List.copyOf(changes);
  }

  /**
   * One transition.
   *
   * @param position ascends, by one with each transition where one process makes them all
   * @param at the store's clock
   * @param id the task
   * @param name its name
   * @param status what it became
   */
  public record Change(long position, Instant at, TaskId id, String name, TaskStatus status) {}
}
