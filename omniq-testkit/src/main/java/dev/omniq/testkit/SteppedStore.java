package dev.omniq.testkit;

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
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A store as one move uses it: before each of its calls something may happen. Pages are small, so
 * that a few tasks make several.
 *
 * @param store the store
 * @param before called before each call
 */
record SteppedStore(TaskStore store, Runnable before) implements TaskStore, Movable {
  private static final int PAGE = 4;

  private TaskStore next() {
    before.run();
    return store;
  }

  private Movable nextMovable() {
    return (Movable) next();
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark() {
    return nextMovable().mark();
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return nextMovable().mark(expected, next);
  }

  @Override
  public CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    return nextMovable().export(after, Math.min(limit, PAGE));
  }

  @Override
  public CompletableFuture<Integer> restore(UUID move, List<Task> tasks) {
    return nextMovable().restore(move, tasks);
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return nextMovable().withdraw(move, ids);
  }

  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return next().expired(limit);
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return next().delete(ids);
  }

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return next().find(id);
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return next().stats();
  }

  // ---- what no move calls ----

  @Override
  public Instant now() {
    return store.now();
  }

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    throw unexpected();
  }

  @Override
  public void close() {
    throw unexpected();
  }

  private static AssertionError unexpected() {
    return new AssertionError("a move does not call this");
  }
}
