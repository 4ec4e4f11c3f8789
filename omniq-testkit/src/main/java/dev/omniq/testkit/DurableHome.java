package dev.omniq.testkit;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;

/** Where a store lives that keeps its tasks when it is closed, and when its process is killed. */
public interface DurableHome extends StoreHome {

  /** Opens the store with all that it acknowledged before it was closed or crashed. */
  @Override
  TaskStore open(TimeSource time);

  /**
   * Ends the store as its killed process would: nothing more is written, nothing is put in order,
   * calls under way may or may not have happened, and what the operating system would release, such
   * as locks, is released.
   *
   * @return what it may have lost
   */
  Loss crash(TaskStore store);

  /**
   * Makes the store rewrite its files, as it does by itself some time; returns when that is done.
   * Does nothing by default.
   */
  default void compact(TaskStore store) {}

  /** What becomes of the leases of a process that ended; by default they end with it. */
  default Leases leases() {
    return Leases.ENDED;
  }

  /** What becomes of the leases of a process that ended. */
  enum Leases {
    /** They are over: only that process could have had workers. */
    ENDED,
    /** They are counted anew, in full, from the reopening: other processes may go on. */
    ANEW
  }

  /** What a crash may take with it. */
  enum Loss {
    /** The process was killed: only calls that were not answered may have not happened. */
    UNANSWERED,
    /**
     * The power failed: also answered calls that are not durable (claims, extensions, notes) may
     * have not happened, with all that came after them, up to the last durable one.
     */
    UNFORCED
  }
}
