package dev.omniq.storage.memory;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.storage.table.Claim;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Tasks in memory: for tests, and for work that may be lost with the process. "Stable storage" is
 * this process; for the rest it keeps every promise of {@link TaskStore}.
 *
 * <p>One lock guards everything, taken without heed of interrupts. A call does its work on the
 * thread of the caller and returns a completed future; listeners are told on that thread too, after
 * the lock is released. A listing holds the lock for a slice at a time. Finished tasks stay on the
 * heap until they are purged.
 */
public final class MemoryStore implements TaskStore, WakeUps, Movable {
  private static final int SLICE = 512;

  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final MemoryTasks tasks = new MemoryTasks();
  private final WakeUpListeners listeners = new WakeUpListeners();
  private Optional<MoveMark> mark = Optional.empty();
  private boolean closed;

  /** An empty store that lives by the given clocks. */
  public MemoryStore(TimeSource time) {
    this.time = time;
  }

  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> newTasks) {
    return change(MoveMark.Call.INSERT, () -> tasks.insert(newTasks, time.now()));
  }

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return change(MoveMark.Call.CLAIM, () -> tasks.claim(request, time.now(), time.nanoTime()));
  }

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    return change(MoveMark.Call.APPLY, () -> tasks.apply(transitions, time.now()));
  }

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return change(
        MoveMark.Call.EXTEND,
        () -> {
          long nanoNow = time.nanoTime();
          long expiresAt = Claim.expiry(nanoNow, extension.lease());
          tasks.table().seen(extension.worker(), Times.toMicros(time.now()), nanoNow);
          return extension.tokens().stream().map(token -> extend(token, expiresAt)).toList();
        });
  }

  private Applied extend(ClaimToken token, long expiresAt) {
    Optional<MemoryEntry> held = tasks.table().held(token);
    held.ifPresent(entry -> tasks.table().extend(entry, expiresAt));
    return held.isPresent() ? Applied.APPLIED : Applied.STALE;
  }

  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return read(
        () ->
            tasks.table().expired(time.nanoTime(), limit).stream()
                .map(MemoryStore::expiredClaim)
                .toList());
  }

  private static ExpiredClaim expiredClaim(MemoryEntry entry) {
    Claim claim = entry.claim().orElseThrow();
    return new ExpiredClaim(entry.task(), claim.token(), claim.extensions());
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return read(() -> tasks.table().nextDue(request).stream().mapToObj(Times::ofMicros).findAny());
  }

  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return change(MoveMark.Call.ANNOTATE, () -> annotations.stream().map(this::annotate).toList());
  }

  private Applied annotate(Annotation annotation) {
    Optional<MemoryEntry> held =
        tasks.table().held(annotation.token()).filter(entry -> entry.id().equals(annotation.id()));
    held.ifPresent(entry -> entry.annotate(annotation.notes()));
    return held.isPresent() ? Applied.APPLIED : Applied.STALE;
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return change(MoveMark.Call.DELETE, () -> tasks.delete(ids));
  }

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return read(() -> tasks.find(id));
  }

  /**
   * {@inheritDoc}
   *
   * <p>A page that is read in slices is no snapshot of one moment, but every task that meets the
   * query all along is in it once.
   */
  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    List<Task> page = new ArrayList<>();
    Optional<TaskId> cursor = query.after();
    while (page.size() < query.limit()) {
      Optional<TaskId> below = cursor;
      var slice = read(() -> tasks.slice(below, SLICE));
      if (slice.isCompletedExceptionally()) {
        return slice;
      }
      List<Task> found = slice.join();
      found.stream().filter(query::matches).limit(query.limit() - page.size()).forEach(page::add);
      if (found.size() < SLICE) {
        break;
      }
      cursor = Optional.of(found.get(found.size() - 1).id());
    }
    return CompletableFuture.completedFuture(List.copyOf(page));
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return read(() -> tasks.table().liveRun(seriesId).map(MemoryEntry::task));
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return read(() -> tasks.stats(time.now()));
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    return read(() -> tasks.table().workers(time.nanoTime()));
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    return read(() -> tasks.table().changes(after, limit));
  }

  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return change(MoveMark.Call.PURGE, () -> tasks.purge(retention, time.now(), limit));
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return listeners.add(listener);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark() {
    return read(() -> mark);
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return read(
        () -> {
          mark = mark.equals(expected) ? next : mark;
          return mark;
        });
  }

  @Override
  public CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    return read(() -> tasks.sliceUp(after, limit));
  }

  @Override
  public CompletableFuture<Integer> restore(UUID move, List<Task> copies) {
    return change(
        () -> {
          MoveMark.requireCopying(mark, move);
          return tasks.restore(copies, time.now());
        });
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return change(
        () -> {
          MoveMark.requireUndoing(mark, move);
          return tasks.delete(ids);
        });
  }

  /** A change that the mark of a move may refuse. */
  private <T> CompletableFuture<T> change(MoveMark.Call call, Supplier<T> change) {
    return change(
        () -> {
          MoveMark.require(mark, call);
          return change.get();
        });
  }

  private <T> CompletableFuture<T> change(Supplier<T> change) {
    WakeUp wakeUp;
    CompletableFuture<T> answer;
    lock.lock();
    try {
      answer = answer(() -> tasks.atomically(change));
      wakeUp = tasks.takeWakeUp();
    } finally {
      lock.unlock();
    }
    if (wakeUp.due()) {
      listeners.due();
    }
    listeners.revoked(wakeUp.revoked());
    return answer;
  }

  private <T> CompletableFuture<T> read(Supplier<T> read) {
    lock.lock();
    try {
      return answer(read);
    } finally {
      lock.unlock();
    }
  }

  private <T> CompletableFuture<T> answer(Supplier<T> call) {
    if (closed) {
      return CompletableFuture.failedFuture(new StorageException("the memory store is closed"));
    }
    try {
      return CompletableFuture.completedFuture(call.get());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
