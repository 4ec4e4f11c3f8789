package dev.omniq.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for handlers, which end when they are idle.
 *
 * <p>While one thread is on its way, no other is woken or made; the one that arrives calls the next
 * if there is still something to do. So short handlers run one after the other on the few threads
 * that a processor can run at a time, and long ones get a thread each as before. A usual pool wakes
 * all its threads in turn, and each change of threads costs as much as several tasks.
 */
final class HandlerPool extends AbstractExecutorService {
  private static final long IDLE_SECONDS = 10;

  private final int most;
  private final AtomicInteger number = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  /** Those without work, the last one first: it is warm, and the others may end. */
  private final Deque<Sleeper> idle = new ArrayDeque<>();

  private final Set<Thread> threads = new HashSet<>();
  private boolean calling;
  private boolean shutdown;

  HandlerPool(int most) {
    this.most = most;
  }

  /** A thread that waits for work. */
  private final class Sleeper {
    final Condition called = lock.newCondition();
    boolean isCalled;
  }

  @Override
  public void execute(Runnable command) {
    Thread made;
    lock.lock();
    try {
      if (shutdown) {
        throw new RejectedExecutionException("the worker is closed");
      }
      waiting.add(command);
      made = callOne();
    } finally {
      lock.unlock();
    }
    start(made);
  }

  /** Calls a thread if there is work and none is on its way; one that was made must be started. */
  private @Nullable Thread callOne() {
    if (calling || waiting.isEmpty()) {
      return null;
    }
    Sleeper sleeper = idle.poll();
    if (sleeper != null) {
      calling = true;
      sleeper.isCalled = true;
      sleeper.called.signal();
    } else if (threads.size() < most) {
      calling = true;
      var thread = new Thread(this::work, "omniq-handler-" + number.incrementAndGet());
      thread.setDaemon(true);
      threads.add(thread);
      return thread;
    }
    return null;
  }

  private static void start(@Nullable Thread made) {
    if (made != null) {
      made.start();
    }
  }

  private void work() {
    var self = new Sleeper();
    self.isCalled = true;
    for (Runnable next = next(self); next != null; next = next(self)) {
      next.run();
    }
  }

  /** The next thing to do; null if there was none for a while, or never will be. */
  private @Nullable Runnable next(Sleeper self) {
    Thread made = null;
    lock.lock();
    try {
      while (true) {
        if (self.isCalled) {
          self.isCalled = false;
          calling = false;
        }
        Runnable next = waiting.poll();
        if (next != null) {
          made = callOne();
          return next;
        }
        if (shutdown || !sleep(self)) {
          idle.remove(self);
          threads.remove(Thread.currentThread());
          ended.signalAll();
          return null;
        }
      }
    } finally {
      lock.unlock();
      start(made);
    }
  }

  /** Whether it was called in time. */
  private boolean sleep(Sleeper self) {
    idle.push(self);
    long left = TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
    while (!self.isCalled && !shutdown && left > 0) {
      try {
        left = self.called.awaitNanos(left);
      } catch (InterruptedException e) {
        // meant for a handler that has ended
      }
    }
    return self.isCalled;
  }

  @Override
  public void shutdown() {
    lock.lock();
    try {
      shutdown = true;
      idle.forEach(sleeper -> sleeper.called.signal());
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    lock.lock();
    try {
      threads.forEach(Thread::interrupt);
      List<Runnable> left = new ArrayList<>(waiting);
      waiting.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isShutdown() {
    lock.lock();
    try {
      return shutdown;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isTerminated() {
    lock.lock();
    try {
      return shutdown && threads.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long left = unit.toNanos(timeout);
    lock.lock();
    try {
      while (!(shutdown && threads.isEmpty())) {
        if (left <= 0) {
          return false;
        }
        left = ended.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
