package dev.omniq.testkit;

import org.junit.jupiter.api.Nested;

/**
 * What a store promises that can be moved ({@link dev.omniq.storage.Movable}): as tests, to be
 * extended as {@link StorageContract} is. The homes must be of one kind, and independent of each
 * other: tasks are moved from one to another.
 */
public abstract class MoveContract {

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

  /** Whole moves, interrupted at each of their steps. */
  @Nested
  class Moves extends MoveInterruptionContract {
    Moves() {
      super(MoveContract.this::home);
    }
  }
}
