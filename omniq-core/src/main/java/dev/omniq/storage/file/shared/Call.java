package dev.omniq.storage.file.shared;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskState;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * A call of the storage interface as a value: it can be sent to another process, and made once more
 * if nobody knows what became of it.
 *
 * @param <T> what it is answered with
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "call")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Call.Insert.class, name = "insert"),
  @JsonSubTypes.Type(value = Call.Claim.class, name = "claim"),
  @JsonSubTypes.Type(value = Call.Apply.class, name = "apply"),
  @JsonSubTypes.Type(value = Call.Extend.class, name = "extend"),
  @JsonSubTypes.Type(value = Call.Expired.class, name = "expired"),
  @JsonSubTypes.Type(value = Call.NextDue.class, name = "nextDue"),
  @JsonSubTypes.Type(value = Call.Annotate.class, name = "annotate"),
  @JsonSubTypes.Type(value = Call.Delete.class, name = "delete"),
  @JsonSubTypes.Type(value = Call.Find.class, name = "find"),
  @JsonSubTypes.Type(value = Call.ListTasks.class, name = "list"),
  @JsonSubTypes.Type(value = Call.LiveRun.class, name = "liveRun"),
  @JsonSubTypes.Type(value = Call.Stats.class, name = "stats"),
  @JsonSubTypes.Type(value = Call.Workers.class, name = "workers"),
  @JsonSubTypes.Type(value = Call.ReadChanges.class, name = "changes"),
  @JsonSubTypes.Type(value = Call.Purge.class, name = "purge"),
  @JsonSubTypes.Type(value = Call.ReadMark.class, name = "mark"),
  @JsonSubTypes.Type(value = Call.SetMark.class, name = "setMark"),
  @JsonSubTypes.Type(value = Call.Export.class, name = "export"),
  @JsonSubTypes.Type(value = Call.Restore.class, name = "restore"),
  @JsonSubTypes.Type(value = Call.Withdraw.class, name = "withdraw"),
})
sealed interface Call<T> {

  /** Makes the call. */
  CompletableFuture<T> on(TaskStore store);

  /** Makes the call again, after an earlier attempt that may or may not have come to something. */
  default CompletableFuture<T> againOn(TaskStore store) {
    return on(store);
  }

  /** The tasks that it may change, as far as they are known; empty for a call that only reads. */
  default Optional<List<TaskId>> changes() {
    return Optional.empty();
  }

  /** {@link TaskStore#insert}. */
  record Insert(List<NewTask> tasks) implements Call<List<Inserted>> {
    /** Checks that the value is there. */
    public Insert {
      tasks = List.copyOf(tasks);
    }

    @Override
    public CompletableFuture<List<Inserted>> on(TaskStore store) {
      return store.insert(tasks);
    }

    /** A task that is there under the id that it was to have was stored by the first attempt. */
    @Override
    public CompletableFuture<List<Inserted>> againOn(TaskStore store) {
      return on(store).thenApply(this::asTheFirstTime);
    }

    private List<Inserted> asTheFirstTime(List<Inserted> answers) {
      var seen = new HashSet<TaskId>();
      return IntStream.range(0, tasks.size())
          .mapToObj(
              i -> {
                TaskId own = tasks.get(i).id();
                Inserted answer = answers.get(i);
                return seen.add(own) && answer.id().equals(own) ? new Inserted(own, true) : answer;
              })
          .toList();
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(tasks.stream().map(NewTask::id).toList());
    }
  }

  /** {@link TaskStore#claim}; a repeated one gives what the first one gave. */
  record Claim(ClaimRequest request) implements Call<List<Claimed>> {
    /** Checks that the value is there. */
    public Claim {
      Objects.requireNonNull(request, "request");
    }

    @Override
    public CompletableFuture<List<Claimed>> on(TaskStore store) {
      return store.claim(request);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(List.of());
    }
  }

  /** {@link TaskStore#apply}. */
  record Apply(List<Transition> transitions) implements Call<List<Applied>> {
    /** Checks that the value is there. */
    public Apply {
      transitions = List.copyOf(transitions);
    }

    @Override
    public CompletableFuture<List<Applied>> on(TaskStore store) {
      return store.apply(transitions);
    }

    /** What is stale because the first attempt was applied was applied. */
    @Override
    public CompletableFuture<List<Applied>> againOn(TaskStore store) {
      return on(store)
          .thenCompose(
              answers ->
                  inOrder(
                      IntStream.range(0, answers.size())
                          .mapToObj(i -> asTheFirstTime(store, transitions.get(i), answers.get(i)))
                          .toList()));
    }

    private static CompletableFuture<Applied> asTheFirstTime(
        TaskStore store, Transition transition, Applied answer) {
      if (!(answer instanceof Applied.Stale)) {
        return CompletableFuture.completedFuture(answer);
      }
      return store
          .find(transition.id())
          .thenApply(
              found ->
                  found.isPresent() && isSame(found.get().state(), transition.next())
                      ? Applied.APPLIED
                      : Applied.STALE);
    }

    /** The store draws the revision, whatever it is given. */
    private static boolean isSame(TaskState state, TaskState next) {
      return state.equals(next.toBuilder().revision(state.revision()).build());
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(transitions.stream().map(Transition::id).toList());
    }
  }

  /** {@link TaskStore#extend}. */
  record Extend(LeaseExtension extension) implements Call<List<Applied>> {
    /** Checks that the value is there. */
    public Extend {
      Objects.requireNonNull(extension, "extension");
    }

    @Override
    public CompletableFuture<List<Applied>> on(TaskStore store) {
      return store.extend(extension);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(List.of());
    }
  }

  /** {@link TaskStore#expired}. */
  record Expired(int limit) implements Call<List<ExpiredClaim>> {
    @Override
    public CompletableFuture<List<ExpiredClaim>> on(TaskStore store) {
      return store.expired(limit);
    }
  }

  /** {@link TaskStore#nextDue}. */
  record NextDue(ClaimRequest request) implements Call<Optional<Instant>> {
    /** Checks that the value is there. */
    public NextDue {
      Objects.requireNonNull(request, "request");
    }

    @Override
    public CompletableFuture<Optional<Instant>> on(TaskStore store) {
      return store.nextDue(request);
    }
  }

  /** {@link TaskStore#annotate}. */
  record Annotate(List<Annotation> annotations) implements Call<List<Applied>> {
    /** Checks that the value is there. */
    public Annotate {
      annotations = List.copyOf(annotations);
    }

    @Override
    public CompletableFuture<List<Applied>> on(TaskStore store) {
      return store.annotate(annotations);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(annotations.stream().map(Annotation::id).toList());
    }
  }

  /** {@link TaskStore#delete}. */
  record Delete(List<TaskId> ids) implements Call<List<DeleteOutcome>> {
    /** Checks that the value is there. */
    public Delete {
      ids = List.copyOf(ids);
    }

    @Override
    public CompletableFuture<List<DeleteOutcome>> on(TaskStore store) {
      return store.delete(ids);
    }

    /** What is not there any more was deleted by the first attempt. */
    @Override
    public CompletableFuture<List<DeleteOutcome>> againOn(TaskStore store) {
      return on(store)
          .thenApply(
              outcomes ->
                  outcomes.stream()
                      .map(each -> each == DeleteOutcome.NOT_FOUND ? DeleteOutcome.DELETED : each)
                      .toList());
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(ids);
    }
  }

  /** {@link TaskStore#find}. */
  record Find(TaskId id) implements Call<Optional<Task>> {
    /** Checks that the value is there. */
    public Find {
      Objects.requireNonNull(id, "id");
    }

    @Override
    public CompletableFuture<Optional<Task>> on(TaskStore store) {
      return store.find(id);
    }
  }

  /** {@link TaskStore#list}. */
  record ListTasks(TaskQuery query) implements Call<List<Task>> {
    /** Checks that the value is there. */
    public ListTasks {
      Objects.requireNonNull(query, "query");
    }

    @Override
    public CompletableFuture<List<Task>> on(TaskStore store) {
      return store.list(query);
    }
  }

  /** {@link TaskStore#liveRun}. */
  record LiveRun(TaskId seriesId) implements Call<Optional<Task>> {
    /** Checks that the value is there. */
    public LiveRun {
      Objects.requireNonNull(seriesId, "seriesId");
    }

    @Override
    public CompletableFuture<Optional<Task>> on(TaskStore store) {
      return store.liveRun(seriesId);
    }
  }

  /** {@link TaskStore#stats}. */
  record Stats() implements Call<StoreStats> {
    @Override
    public CompletableFuture<StoreStats> on(TaskStore store) {
      return store.stats();
    }
  }

  /** {@link TaskStore#workers}. */
  record Workers() implements Call<List<WorkerInfo>> {
    @Override
    public CompletableFuture<List<WorkerInfo>> on(TaskStore store) {
      return store.workers();
    }
  }

  /** {@link TaskStore#changes}. */
  record ReadChanges(long after, int limit) implements Call<Changes> {
    @Override
    public CompletableFuture<Changes> on(TaskStore store) {
      return store.changes(after, limit);
    }
  }

  /** {@link TaskStore#purge}; a repeated one counts only what it removed itself. */
  record Purge(Retention retention, int limit) implements Call<Integer> {
    /** Checks that the value is there. */
    public Purge {
      Objects.requireNonNull(retention, "retention");
    }

    @Override
    public CompletableFuture<Integer> on(TaskStore store) {
      return store.purge(retention, limit);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(List.of());
    }
  }

  /** {@link Movable#mark()}. */
  record ReadMark() implements Call<Optional<MoveMark>> {
    @Override
    public CompletableFuture<Optional<MoveMark>> on(TaskStore store) {
      return movable(store).mark();
    }
  }

  /** {@link Movable#mark(Optional, Optional)}; a repeated one tells what stands as well. */
  record SetMark(Optional<MoveMark> expected, Optional<MoveMark> next)
      implements Call<Optional<MoveMark>> {
    @Override
    public CompletableFuture<Optional<MoveMark>> on(TaskStore store) {
      return movable(store).mark(expected, next);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(List.of());
    }
  }

  /** {@link Movable#export}. */
  record Export(Optional<TaskId> after, int limit) implements Call<List<Task>> {
    @Override
    public CompletableFuture<List<Task>> on(TaskStore store) {
      return movable(store).export(after, limit);
    }
  }

  /** {@link Movable#restore}; a repeated one counts only what it stored itself. */
  record Restore(UUID move, List<Task> tasks) implements Call<Integer> {
    /** Checks that the values are there. */
    public Restore {
      Objects.requireNonNull(move, "move");
      tasks = List.copyOf(tasks);
    }

    @Override
    public CompletableFuture<Integer> on(TaskStore store) {
      return movable(store).restore(move, tasks);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(tasks.stream().map(Task::id).toList());
    }
  }

  /** {@link Movable#withdraw}; a repeated one finds nothing. */
  record Withdraw(UUID move, List<TaskId> ids) implements Call<List<DeleteOutcome>> {
    /** Checks that the values are there. */
    public Withdraw {
      Objects.requireNonNull(move, "move");
      ids = List.copyOf(ids);
    }

    @Override
    public CompletableFuture<List<DeleteOutcome>> on(TaskStore store) {
      return movable(store).withdraw(move, ids);
    }

    @Override
    public Optional<List<TaskId>> changes() {
      return Optional.of(ids);
    }
  }

  /** The stores behind all these calls can be moved; only stores of tests need not be. */
  private static Movable movable(TaskStore store) {
    if (store instanceof Movable movable) {
      return movable;
    }
    throw new StorageException("this store cannot be moved");
  }

  /** The answers of all, in their order. */
  private static <A> CompletableFuture<List<A>> inOrder(List<CompletableFuture<A>> answers) {
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
  }
}
