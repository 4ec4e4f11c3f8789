package dev.omniq.storage.file;

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

/** A {@link FileStore} for workers in other processes: only its claims differ. */
record RemoteView(FileStore store) implements TaskStore, Movable {

  @Override
  public Instant now() {
    return store.now();
  }

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return store.insert(tasks);
  }

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return store.claim(request, false);
  }

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    return store.apply(transitions);
  }

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return store.extend(extension);
  }

  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return store.expired(limit);
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return store.nextDue(request);
  }

  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return store.annotate(annotations);
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return store.delete(ids);
  }

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return store.find(id);
  }

  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    return store.list(query);
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return store.liveRun(seriesId);
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return store.stats();
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    return store.workers();
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    return store.changes(after, limit);
  }

  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return store.purge(retention, limit);
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark() {
    return store.mark();
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return store.mark(expected, next);
  }

  @Override
  public CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    return store.export(after, limit);
  }

  @Override
  public CompletableFuture<Integer> restore(UUID move, List<Task> tasks) {
    return store.restore(move, tasks);
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return store.withdraw(move, ids);
  }

  @Override
  public void close() {
    // the owner closes the store
  }
}
