package dev.omniq.storage.file;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Commands on their way from many threads to the one that holds the pen. */
final class Inbox {
  private final ConcurrentLinkedQueue<Command<?>> queue = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread reader;

  /** Adds a command and wakes the reader if it sleeps. */
  void put(Command<?> command) {
    queue.add(command);
    Thread sleeping = reader;
    if (sleeping != null) {
      LockSupport.unpark(sleeping);
    }
  }

  /**
   * Waits for commands; takes those that are there, at most {@code limit}. One caller at a time.
   */
  List<Command<?>> take(int limit) {
    var taken = new ArrayList<Command<?>>();
    Command<?> first = queue.poll();
    if (first == null) {
      reader = Thread.currentThread();
      while ((first = queue.poll()) == null) {
        LockSupport.park(this);
      }
      reader = null;
    }
    for (Command<?> next = first; next != null; next = queue.poll()) {
      taken.add(next);
      if (taken.size() == limit) {
        break;
      }
    }
    return taken;
  }

  /** Takes what is there without waiting. */
  List<Command<?>> drain() {
    var taken = new ArrayList<Command<?>>();
    for (Command<?> next = queue.poll(); next != null; next = queue.poll()) {
      taken.add(next);
    }
    return taken;
  }
}
