package dev.omniq.storage.table;

import java.util.ArrayDeque;
import java.util.Deque;

/** The inverses of the changes since {@link #begin}; keeps nothing outside of that. */
final class UndoLog {
  private final Deque<Runnable> inverses = new ArrayDeque<>();
  private boolean open;

  boolean isOpen() {
    return open;
  }

  void begin() {
    if (open) {
      throw new IllegalStateException("begun already");
    }
    open = true;
  }

  /** Notes how to undo a change that is made now. */
  void add(Runnable inverse) {
    if (open) {
      inverses.push(inverse);
    }
  }

  void commit() {
    end();
    inverses.clear();
  }

  /** Undoes the latest change first. */
  void rollback() {
    end();
    while (!inverses.isEmpty()) {
      inverses.pop().run();
    }
  }

  private void end() {
    if (!open) {
      throw new IllegalStateException("not begun");
    }
    open = false;
  }
}
