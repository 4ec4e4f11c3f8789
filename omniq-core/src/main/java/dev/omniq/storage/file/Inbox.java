package dev.omniq.storage.file;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Commands on their way from many threads to the one that holds the pen. */
final class Inbox {
  private final ConcurrentLinkedQueue<Command<?>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger left = new AtomicInteger();
  private volatile @Nullable Thread sleeper;
  private volatile boolean called;

  /** Adds a command and wakes who sleeps over the inbox. */
  void put(Command<?> command) {
    add(command);
    unpark();
  }

  /** Adds a command and wakes nobody: the caller takes it itself, or calls {@link #wake}. */
  void add(Command<?> command) {
    queue.add(command);
  }

  /** Adds a command and wakes nobody, for somebody is at work who will look. */
  void leave(Command<?> command) {
    queue.add(command);
    left.incrementAndGet();
  }

  /** How many were left since somebody took what was there; now and then one too many. */
  int left() {
    return left.get();
  }

  /** Wakes who sleeps over the inbox, and if nobody does, lets the next one not sleep. */
  void wake() {
    called = true;
    unpark();
  }

  private void unpark() {
    Thread sleeping = sleeper;
    if (sleeping != null) {
      LockSupport.unpark(sleeping);
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Waits until there are commands, or {@link #wake} is called. One caller at a time. */
  void await() {
    if (!hasCalled()) {
      sleeper = Thread.currentThread();
      while (!hasCalled()) {
        LockSupport.park(this);
      }
      sleeper = null;
    }
    called = false;
  }

  private boolean hasCalled() {
    return called || !queue.isEmpty();
  }

  /** Takes what is there without waiting, at most {@code limit}; what is more, wakes somebody. */
  List<Command<?>> take(int limit) {
    left.set(0); // before, so that what is left meanwhile counts
    var taken = new ArrayList<Command<?>>();
    while (taken.size() < limit) {
      Command<?> next = queue.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    if (!queue.isEmpty() && taken.size() == limit) {
      wake(); // some of it may have been left, and nobody counts that any more
    }
    return taken;
  }

  /** Takes all that is there without waiting. */
  List<Command<?>> drain() {
    return take(Integer.MAX_VALUE);
  }
}
