package dev.omniq.testkit;

import org.junit.jupiter.api.Nested;

/**
 * What a store promises that can be moved ({@link dev.omniq.storage.Movable}): as tests, to be
 * extended as {@link StorageContract} is. The homes must be of one kind, and independent of each
 * other: tasks are moved from one to another.
 */
public abstract class MoveContract {
  private final int every;

  /** Moves are interrupted at each of their steps. */
  protected MoveContract() {
    this(1);
  }

  /**
   * Moves are interrupted at every so many of their steps, because one costs much.
   *
   * @param every at least one, and odd: a store crashes after every other of the interruptions
   */
  protected MoveContract(int every) {
    this.every = every;
  }

  /** A new home without tasks; called once or twice for each test. */
  protected abstract DurableHome home();

  /** The mark, and what it refuses. */
  @Nested
  class Marks extends MarkContract {
    Marks() {
      super(MoveContract.this::home);
    }
  }

  /** Export and restore. */
  @Nested
  class Copying extends CopyContract {
    Copying() {
      super(MoveContract.this::home);
    }
  }

  /** Whole moves, interrupted at their steps. */
  @Nested
  class Moves extends MoveInterruptionContract {
    Moves() {
      super(MoveContract.this::home, every);
    }
  }
}
