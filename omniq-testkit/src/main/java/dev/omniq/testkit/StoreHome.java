package dev.omniq.testkit;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;

/**
 * Where a store under test lives: all that {@link StorageContract} and {@link Simulator} need to
 * know of it. One that keeps tasks when it is closed is a {@link DurableHome}.
 */
@FunctionalInterface
public interface StoreHome {

  /**
   * Opens the store that lives here: empty when this is the first time. It is closed, or crashed,
   * before it is opened again.
   *
   * @param time the clocks that it has to use
   */
  TaskStore open(TimeSource time);

  /** Removes what is left, after the store was closed; does nothing by default. */
  default void demolish() {}
}
