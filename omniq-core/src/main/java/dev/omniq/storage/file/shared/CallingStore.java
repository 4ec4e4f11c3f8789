package dev.omniq.storage.file.shared;

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
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TimeSource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store that makes a {@link Call} of each call and passes it on. All its kinds are on one machine
 * with the store that answers, so the clock is everybody's.
 */
abstract class CallingStore implements TaskStore, WakeUps, Movable {
  private final TimeSource time;

  CallingStore(TimeSource time) {
    this.time = time;
  }

  /** Passes a call on. */
  abstract <T> CompletableFuture<T> call(Call<T> call);

  /** The store itself, if it is in this process and calls need not be passed on. */
  @Nullable TaskStore direct() {
    return null;
  }

  @Override
  public final Instant now() {
    return time.now();
  }

  @Override
  public final CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return call(new Call.Insert(tasks));
  }

  @Override
  public final CompletableFuture<List<Inserted>> insertByCaller(List<NewTask> tasks) {
    TaskStore direct = direct();
    return direct == null ? insert(tasks) : direct.insertByCaller(tasks);
  }

  @Override
  public final CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return call(new Call.Claim(request));
  }

  @Override
  public final CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    return call(new Call.Apply(transitions));
  }

  @Override
  public final CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return call(new Call.Extend(extension));
  }

  @Override
  public final CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return call(new Call.Expired(limit));
  }

  @Override
  public final CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return call(new Call.NextDue(request));
  }

  @Override
  public final CompletableFuture<Optional<Instant>> nextDueByCaller(ClaimRequest request) {
    TaskStore direct = direct();
    return direct == null ? nextDue(request) : direct.nextDueByCaller(request);
  }

  @Override
  public final CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return call(new Call.Annotate(annotations));
  }

  @Override
  public final CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return call(new Call.Delete(ids));
  }

  @Override
  public final CompletableFuture<Optional<Task>> find(TaskId id) {
    return call(new Call.Find(id));
  }

  @Override
  public final CompletableFuture<List<Task>> list(TaskQuery query) {
    return call(new Call.ListTasks(query));
  }

  @Override
  public final CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return call(new Call.LiveRun(seriesId));
  }

  @Override
  public final CompletableFuture<StoreStats> stats() {
    return call(new Call.Stats());
  }

  @Override
  public final CompletableFuture<List<WorkerInfo>> workers() {
    return call(new Call.Workers());
  }

  @Override
  public final CompletableFuture<Changes> changes(long after, int limit) {
    return call(new Call.ReadChanges(after, limit));
  }

  @Override
  public final CompletableFuture<Integer> purge(Retention retention, int limit) {
    return call(new Call.Purge(retention, limit));
  }

  @Override
  public final CompletableFuture<Optional<MoveMark>> mark() {
    return call(new Call.ReadMark());
  }

  @Override
  public final CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return call(new Call.SetMark(expected, next));
  }

  @Override
  public final CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    return call(new Call.Export(after, limit));
  }

  @Override
  public final CompletableFuture<Integer> restore(UUID move, List<Task> tasks) {
    return call(new Call.Restore(move, tasks));
  }

  @Override
  public final CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return call(new Call.Withdraw(move, ids));
  }
}
