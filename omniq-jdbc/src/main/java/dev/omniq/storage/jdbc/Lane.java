package dev.omniq.storage.jdbc;

import dev.omniq.storage.jdbc.Batch.Call;
import dev.omniq.storage.jdbc.Step.Mode;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that makes the calls of many callers, in their order. While one transaction is under
 * way, the calls that arrive wait; then all of them go into the next one. No delay when idle: the
 * busier it is, the larger are the batches. A caller that waits anyway makes its call itself if
 * nobody else makes any.
 *
 * <p>Several callers who were answered together are about to come back. The next transaction waits
 * for as many calls as the last one had, but no longer than a part of the time that the last one
 * took: otherwise the first who comes back would be alone in it, and all others wait it out.
 *
 * <p>Thread-safe. Nobody interrupts the thread, so an interrupted caller only stops waiting.
 */
final class Lane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** More than this is not put into one transaction, unless one call alone has more. */
  private static final long MOST_BYTES = 8L << 20;

  /** The part of the last transaction's time that the next one waits for its callers. */
  private static final int PART_TO_GATHER = 4;

  /** And the longest: after a transaction that had to wait for a lock, callers need no longer. */
  private static final long LONGEST_TO_GATHER = Duration.ofMillis(5).toNanos();

  private final String name;
  private final Transactor transactor;
  private final TimeSource time;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Call<?, ?>> waiting = new ArrayDeque<>();
  private @Nullable Thread leader;
  private boolean closed;

  /** Whether the first call that gets no connection, or no transaction, is the last one made. */
  private volatile boolean ending;

  /** Why no call can be made any more. */
  private volatile @Nullable RuntimeException obstacle;

  /** How many calls the last transaction had, and until when so many are waited for. */
  private int lastCalls;

  private long gatherUntil;

  Lane(String name, Transactor transactor, TimeSource time) {
    this.name = name;
    this.transactor = transactor;
    this.time = time;
    thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Makes a call, some time; its bytes count against what shares a transaction. */
  <I, O> CompletableFuture<List<O>> call(Step<I, O> step, List<I> inputs, long bytes) {
    var call = new Call<>(step, List.copyOf(inputs), bytes, new CompletableFuture<List<O>>());
    lock.lock();
    try {
      if (closed) {
        call.fail(new StorageException("the store is closed (" + name + ")"));
      } else {
        waiting.add(call);
        if (leader == null || waiting.size() == lastCalls) {
          changed.signal();
        }
      }
    } finally {
      lock.unlock();
    }
    return call.answer();
  }

  /**
   * The same, on the calling thread if the lane is idle. Never on a virtual thread, whose interrupt
   * would close the connection's socket.
   */
  <I, O> CompletableFuture<List<O>> callByCaller(Step<I, O> step, List<I> inputs, long bytes) {
    if (isVirtual(Thread.currentThread()) || !lead()) {
      return call(step, inputs, bytes);
    }
    var call = new Call<>(step, List.copyOf(inputs), bytes, new CompletableFuture<List<O>>());
    try {
      runOrEnd(new Batch(List.of(call)));
    } finally {
      followOthers();
    }
    return call.answer();
  }

  /** Whether the calling thread makes the calls from now on, because nobody else does. */
  private boolean lead() {
    lock.lock();
    try {
      if (closed || obstacle != null || leader != null || !waiting.isEmpty() || isGathering()) {
        return false;
      }
      leader = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void followOthers() {
    lock.lock();
    try {
      leader = null;
      if (!waiting.isEmpty() || closed) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** By the group that all virtual threads are documented to be in: JDK 17 has no other name. */
  private static boolean isVirtual(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null && group.getName().equals("VirtualThreads");
  }

  private void work() {
    for (List<Call<?, ?>> calls = take(); !calls.isEmpty(); calls = take()) {
      long began = time.nanoTime();
      runOrEnd(new Batch(calls));
      answered(calls.size(), time.nanoTime() - began);
    }
  }

  /**
   * A lane that is about to be closed makes no more calls after one that got no connection or no
   * transaction: who closes a store whose database is gone, or locked by others, waits for it once,
   * not as often as there are calls.
   */
  private void runOrEnd(Batch batch) {
    RuntimeException before = obstacle;
    if (before != null) {
      batch.fail(
          new StorageException(
              "the store is about to be closed (%s), and the call before this one failed: %s"
                  .formatted(name, before.getMessage()),
              before));
      return;
    }
    RuntimeException failure = run(batch);
    if (ending) {
      obstacle = failure;
    }
  }

  private void answered(int calls, long nanos) {
    lock.lock();
    try {
      lastCalls = calls;
      gatherUntil = time.nanoTime() + Math.min(nanos / PART_TO_GATHER, LONGEST_TO_GATHER);
    } finally {
      lock.unlock();
    }
  }

  private boolean isGathering() {
    return lastCalls > 1 && waiting.size() < lastCalls && gatherUntil - time.nanoTime() > 0;
  }

  private void gather() {
    try {
      long left = gatherUntil - time.nanoTime();
      while (left > 0 && isGathering() && !closed) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.debug("Somebody interrupts the thread of {}", name, e);
    }
  }

  /** Whatever happens, its calls are answered and the lane goes on. */
  private @Nullable RuntimeException run(Batch batch) {
    try {
      return transactor.run(batch);
    } catch (RuntimeException | Error e) {
      LOG.error("A batch failed in a way that is not foreseen ({})", batch.name(), e);
      batch.fail(
          new OutcomeUnknownException(
              "the store failed, it is not known what was stored: " + e, List.of(), e));
      return null;
    }
  }

  /** What goes together next; nothing when the lane is closed and has made all calls. */
  private List<Call<?, ?>> take() {
    lock.lock();
    try {
      if (leader == thread) {
        leader = null;
      }
      while (leader != null || (waiting.isEmpty() && !closed)) {
        changed.awaitUninterruptibly();
      }
      leader = thread;
      gather();
      List<Call<?, ?>> calls = new ArrayList<>();
      long bytes = 0;
      for (Call<?, ?> next = waiting.peek(); next != null; next = waiting.peek()) {
        bytes += next.bytes();
        if (!calls.isEmpty() && (next.step().mode() != Mode.SHARED || bytes > MOST_BYTES)) {
          break;
        }
        calls.add(waiting.remove());
        if (next.step().mode() != Mode.SHARED) {
          break;
        }
      }
      return calls;
    } finally {
      lock.unlock();
    }
  }

  /** From now on, the first call that gets no connection, or no transaction, is the last one. */
  void end() {
    ending = true;
  }

  /** Makes the calls that wait, as long as the database lets it, and refuses later ones. */
  @Override
  public void close() {
    end();
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    awaitEnd();
  }

  private boolean isLeading() {
    lock.lock();
    try {
      return leader == Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread && !isLeading()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
