package dev.omniq.move;

/** Is told how a move goes on, on the thread that moves; must be quick. */
@FunctionalInterface
public interface Progress {

  /** What is being done. */
  enum Phase {
    /** Waiting until the leases of running tasks have run out; counts those that still hold. */
    WAITING,
    /** Copying tasks. */
    COPYING,
    /** Comparing the two stores, task by task. */
    CHECKING,
    /** Undoing: removing copies. */
    REMOVING
  }

  /**
   * The move has come so far.
   *
   * @param done how many tasks are done with; of {@link Phase#WAITING}, whose lease has run out
   * @param total how many there are
   */
  void at(Phase phase, long done, long total);
}
