package dev.omniq.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Platform threads for handlers, which end when they are idle.
 *
 * <p>While one thread is on its way, no other is woken or made; the one that arrives calls the next
 * if there is still something to do. So short handlers run one after the other on the few threads
 * that a processor can run at a time, and long ones get a thread each as before. A usual pool wakes
 * all its threads in turn, and each change of threads costs as much as several tasks.
 */
final class HandlerPool extends AbstractExecutorService {
  private static final Logger LOG = LoggerFactory.getLogger(HandlerPool.class);
  private static final long IDLE_SECONDS = 10;

  private final int most;
  private final ThreadFactory factory;
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
    this(most, Thread::new);
  }

  HandlerPool(int most, ThreadFactory factory) {
    this.most = most;
    this.factory = factory;
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
    } catch (RuntimeException | Error e) {
      waiting.remove(command);
      throw e;
    } finally {
      lock.unlock();
    }
    try {
      start(made);
    } catch (RuntimeException | Error e) {
      giveUp(command, e);
    }
  }

  /** Unless a thread has taken it meanwhile. */
  private void giveUp(Runnable command, Throwable cause) {
    lock.lock();
    try {
      if (waiting.remove(command)) {
        throw new RejectedExecutionException("no thread can be made for it", cause);
      }
    } finally {
      lock.unlock();
    }
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
      Thread thread = factory.newThread(this::work);
      thread.setName("omniq-handler-" + number.incrementAndGet());
      thread.setDaemon(true);
      calling = true;
      threads.add(thread);
      return thread;
    }
    return null;
  }

  /** If no thread can be made, those that are there go on. */
  private @Nullable Thread callOneIfPossible() {
    try {
      return callOne();
    } catch (RuntimeException | Error e) {
      LOG.warn("No further thread can be made for handlers", e);
      return null;
    }
  }

  private void start(@Nullable Thread made) {
    if (made == null) {
      return;
    }
    boolean started = false;
    try {
      made.start();
      started = true;
    } finally {
      if (!started) {
        lock.lock();
        try {
          threads.remove(made);
          calling = false;
          ended.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private void work() {
    var self = new Sleeper();
    self.isCalled = true;
    for (Runnable next = next(self); next != null; next = next(self)) {
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        LOG.error("What ran on a thread for handlers failed", e);
      }
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
          made = callOneIfPossible();
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
      startOrGoOn(made);
    }
  }

  /** If no thread can be made, those that are there go on, this one among them. */
  private void startOrGoOn(@Nullable Thread made) {
    try {
      start(made);
    } catch (RuntimeException | Error e) {
      LOG.warn("No further thread can be made for handlers", e);
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
