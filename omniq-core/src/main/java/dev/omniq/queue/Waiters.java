package dev.omniq.queue;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Callers that wait for a task to finish. A task that a worker of this program settles wakes them
 * at once; one that finishes elsewhere is found by looking, at first often, then every quarter of a
 * second.
 */
public final class Waiters implements AutoCloseable {
  private static final Duration FIRST_LOOK = Duration.ofMillis(5);
  private static final Duration LAST_LOOK = Duration.ofMillis(250);

  private final TimeSource time;
  private final ConcurrentHashMap<TaskId, Set<Waiter>> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Waits by this clock. */
  public Waiters(TimeSource time) {
    this.time = time;
  }

  CompletableFuture<Optional<TaskResult>> await(TaskId id, Duration timeout, TaskStore store) {
    var waiter = new Waiter(id, time.nanoTime() + timeout.toNanos(), store);
    waiting.computeIfAbsent(id, key -> ConcurrentHashMap.newKeySet()).add(waiter);
    waiter.look(FIRST_LOOK);
    if (closed) {
      close();
    }
    return waiter.result;
  }

  /** A task finished: look now. */
  void finished(TaskId id) {
    Set<Waiter> waiters = waiting.get(id);
    if (waiters != null) {
      waiters.forEach(waiter -> waiter.look(LAST_LOOK));
    }
  }

  /** Ends all waiting. */
  @Override
  public void close() {
    closed = true;
    waiting
        .values()
        .forEach(
            waiters ->
                waiters.forEach(
                    waiter ->
                        waiter.fail(
                            new StorageException("closed while waiting for task " + waiter.id))));
  }

  private final class Waiter {
    private final TaskId id;
    private final long deadline;
    private final TaskStore store;
    private final CompletableFuture<Optional<TaskResult>> result = new CompletableFuture<>();

    Waiter(TaskId id, long deadline, TaskStore store) {
      this.id = id;
      this.deadline = deadline;
      this.store = store;
    }

    void look(Duration pause) {
      if (result.isDone()) {
        forget();
        return;
      }
      var unused =
          store
              .find(id)
              .whenComplete(
                  (task, failure) -> {
                    if (failure != null) {
                      fail(failure);
                    } else {
                      found(task, pause);
                    }
                  });
    }

    private void found(Optional<Task> task, Duration pause) {
      Optional<TaskResult> finished = task.flatMap(TaskResult::of);
      long left = deadline - time.nanoTime();
      if (finished.isPresent() || task.isEmpty() || left <= 0) {
        forget();
        result.complete(finished);
        return;
      }
      Duration next = pause.multipliedBy(2);
      time.schedule(
          Duration.ofNanos(Math.min(left, pause.toNanos())),
          () -> look(next.compareTo(LAST_LOOK) > 0 ? LAST_LOOK : next));
    }

    private void fail(Throwable failure) {
      forget();
      result.completeExceptionally(failure);
    }

    private void forget() {
      waiting.computeIfPresent(
          id,
          (key, waiters) -> {
            waiters.remove(this);
            return waiters.isEmpty() ? null : waiters;
          });
    }
  }
}
