package dev.omniq.storage.jdbc;

import dev.omniq.storage.jdbc.Batch.Call;
import dev.omniq.storage.jdbc.Step.Mode;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that makes the calls of many callers, in their order. While one transaction is under
 * way, the calls that arrive wait; then all of them go into the next one. No timer, no delay when
 * idle: the busier it is, the larger are the batches.
 *
 * <p>Thread-safe. Nobody interrupts the thread, so an interrupted caller only stops waiting.
 */
final class Lane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** More than this is not put into one transaction, unless one call alone has more. */
  private static final long MOST_BYTES = 8L << 20;

  private final String name;
  private final Transactor transactor;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Call<?, ?>> waiting = new ArrayDeque<>();
  private boolean closed;

  Lane(String name, Transactor transactor) {
    this.name = name;
    this.transactor = transactor;
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
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    return call.answer();
  }

  private void work() {
    for (List<Call<?, ?>> calls = take(); !calls.isEmpty(); calls = take()) {
      run(new Batch(calls));
    }
  }

  /** Whatever happens, its calls are answered and the lane goes on. */
  private void run(Batch batch) {
    try {
      transactor.run(batch);
    } catch (RuntimeException | Error e) {
      LOG.error("A batch failed in a way that is not foreseen ({})", batch.name(), e);
      batch.fail(
          new OutcomeUnknownException(
              "the store failed, it is not known what was stored: " + e, List.of(), e));
    }
  }

  /** What goes together next; nothing when the lane is closed and has made all calls. */
  private List<Call<?, ?>> take() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
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

  /** Makes the calls that wait, and refuses later ones. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    awaitEnd();
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
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
