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
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.storage.file.Command.Answer;
import dev.omniq.storage.file.Command.Decision;
import dev.omniq.storage.file.Decisions.Purged;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The store that keeps tasks in a journal in a directory, as the process sees it that owns the
 * directory. Who may open it is decided elsewhere: two of these over one directory at the same time
 * destroy it.
 *
 * <p><b>How it works.</b> Every call is a command. {@link GroupCommit} takes the commands that
 * arrived, lets {@link Decisions} and {@link Views} carry them out against the {@link State},
 * writes the lines that follow as one group to the {@link Journal}, and answers when the group is
 * forced, or written where that is enough. The state is what the lines come to, so {@link Recovery}
 * makes it again by reading them.
 *
 * <p>Claims through the store itself are those of workers in this process, which die with it: the
 * next owner takes them back at once. For workers in other processes there is {@link #remoteView}.
 */
public final class FileStore implements TaskStore, WakeUps, Movable {
  /** How many tasks a step of a listing finds before others have their turn. */
  private static final int PAGE = 512;

  /** About as much text goes into a page of an export, which is held in memory. */
  private static final long EXPORT_CHARACTERS = 4 << 20;

  private final Engine engine;
  private final TaskStore remote;
  private final WakeUpListeners listeners = new WakeUpListeners();

  private FileStore(Path directory, FileStoreOptions options) throws IOException {
    engine = Engine.open(new Layout(directory), options, this::tell);
    remote = new RemoteView(this);
  }

  /**
   * Opens the store in a directory, a new one if there is none.
   *
   * @throws StorageException if the directory cannot be used, or what it holds is damaged or of a
   *     later format
   */
  public static FileStore open(Path directory, FileStoreOptions options) {
    try {
      return new FileStore(directory, options);
    } catch (IOException e) {
      throw new StorageException(
          "cannot open the store in " + directory + ": " + e.getMessage(), e);
    }
  }

  /**
   * This store for workers in other processes: their claims outlive this process. To close it does
   * nothing.
   */
  public TaskStore remoteView() {
    return remote;
  }

  @Override
  public Instant now() {
    return engine.time().now();
  }

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return tasks.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : engine.submit(insertion(tasks));
  }

  @Override
  public CompletableFuture<List<Inserted>> insertByCaller(List<NewTask> tasks) {
    return tasks.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : engine.submitByCaller(insertion(tasks), true);
  }

  private Command<List<Inserted>> insertion(List<NewTask> tasks) {
    return new Command<>(
        unlessMoving(
            MoveMark.Call.INSERT,
            draft -> new Answer.Forced<>(engine.decisions().insert(tasks, draft))),
        tasks.stream().map(NewTask::id).toList(),
        new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return claim(request, true);
  }

  /** Claims for a worker in this process, or for one in another. */
  CompletableFuture<List<Claimed>> claim(ClaimRequest request, boolean local) {
    return change(
        MoveMark.Call.CLAIM,
        List.of(),
        draft -> {
          long owner = local ? engine.owner() : 0;
          return engine.views().claimed(engine.decisions().claim(request, owner, draft));
        });
  }

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    if (transitions.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return change(
        MoveMark.Call.APPLY,
        transitions.stream().map(Transition::id).toList(),
        draft -> new Answer.Forced<>(engine.decisions().apply(transitions, draft)));
  }

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return change(
        MoveMark.Call.EXTEND,
        List.of(),
        draft -> new Answer.Written<>(engine.decisions().extend(extension)));
  }

  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return submit(draft -> engine.views().expired(limit));
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return engine.submit(lookForDue(request));
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDueByCaller(ClaimRequest request) {
    return engine.submitByCaller(lookForDue(request), false);
  }

  private Command<Optional<Instant>> lookForDue(ClaimRequest request) {
    return new Command<>(
        draft -> new Answer.Written<>(engine.views().nextDue(request)),
        List.of(),
        new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return change(
        MoveMark.Call.ANNOTATE,
        List.of(),
        draft -> new Answer.Written<>(engine.decisions().annotate(annotations, draft)));
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return change(
        MoveMark.Call.DELETE,
        ids,
        draft -> new Answer.Forced<>(engine.decisions().delete(ids, draft)));
  }

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return submit(draft -> engine.views().find(id));
  }

  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    return list(query, query.after(), List.of());
  }

  /** Page by page, so that a long listing holds up nobody. */
  private CompletableFuture<List<Task>> list(
      TaskQuery query, Optional<TaskId> below, List<Task> soFar) {
    CompletableFuture<Step> step =
        submit(
            draft -> {
              Views.Page page =
                  engine.views().page(query, below, Math.min(PAGE, query.limit() - soFar.size()));
              return new Answer.ReadForced<>(() -> new Step(read(page, query, soFar), page.next()));
            });
    return step.thenCompose(
        done ->
            done.next().isEmpty() || done.found().size() == query.limit()
                ? CompletableFuture.completedFuture(done.found())
                : list(query, done.next(), done.found()));
  }

  /** What a listing has found so far, and where it goes on. */
  private record Step(List<Task> found, Optional<TaskId> next) {}

  private List<Task> read(Views.Page page, TaskQuery query, List<Task> soFar) throws IOException {
    var found = new ArrayList<>(soFar);
    for (Bodies.Place place : page.places()) {
      if (found.size() == query.limit()) {
        break;
      }
      Task task = engine.bodies().read(place);
      if (query.matches(task)) {
        found.add(task);
      }
    }
    return found;
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return submit(draft -> engine.views().liveRun(seriesId));
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return submit(draft -> new Answer.Forced<>(engine.views().stats()));
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    return submit(draft -> new Answer.Written<>(engine.views().workers()));
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    return submit(draft -> new Answer.Forced<>(engine.views().changes(after, limit)));
  }

  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return purge(retention, limit, 0);
  }

  /** Step by step, so that a look at a million tasks holds up nobody. */
  private CompletableFuture<Integer> purge(Retention retention, int limit, int soFar) {
    CompletableFuture<Purged> step =
        change(
            MoveMark.Call.PURGE,
            List.of(),
            draft ->
                new Answer.Forced<>(engine.decisions().purge(retention, limit - soFar, draft)));
    return step.thenCompose(
        done -> {
          int deleted = soFar + done.deleted();
          return done.more() && deleted < limit
              ? purge(retention, limit, deleted)
              : CompletableFuture.completedFuture(deleted);
        });
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark() {
    return submit(draft -> new Answer.Forced<>(engine.mark()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>It stands in the manifest, so neither the end of a process nor a compaction touches it.
   */
  @Override
  public CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return submit(draft -> new Answer.Forced<>(engine.mark(expected, next)));
  }

  @Override
  public CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    CompletableFuture<Exported> step =
        submit(
            draft -> {
              Views.Page page = engine.views().pageUp(after, Math.min(limit, PAGE));
              return new Answer.ReadForced<>(() -> new Exported(read(page), page.next()));
            });
    return step.thenCompose(
        done ->
            done.tasks().isEmpty() && done.next().isPresent()
                ? export(done.next(), limit)
                : CompletableFuture.completedFuture(done.tasks()));
  }

  /** What a step of an export found, and where it goes on. */
  private record Exported(List<Task> tasks, Optional<TaskId> next) {}

  private List<Task> read(Views.Page page) throws IOException {
    var tasks = new ArrayList<Task>();
    long characters = 0;
    for (Bodies.Place place : page.places()) {
      Task task = engine.bodies().read(place);
      tasks.add(task);
      characters += task.arguments().length() + task.state().result().map(String::length).orElse(0);
      if (characters > EXPORT_CHARACTERS) {
        break;
      }
    }
    return tasks;
  }

  @Override
  public CompletableFuture<Integer> restore(UUID move, List<Task> tasks) {
    return submit(
        tasks.stream().map(Task::id).toList(),
        draft -> {
          MoveMark.requireCopying(engine.mark(), move);
          return new Answer.Forced<>(engine.decisions().restore(tasks, draft));
        });
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return submit(
        ids,
        draft -> {
          MoveMark.requireUndoing(engine.mark(), move);
          return new Answer.Forced<>(engine.decisions().delete(ids, draft));
        });
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return listeners.add(listener);
  }

  /** Tells the listeners of a group. */
  private void tell(boolean due, List<ClaimToken> revoked) {
    if (due) {
      listeners.due();
    }
    listeners.revoked(revoked);
  }

  /** A change that the mark of a move may refuse. */
  private <T> CompletableFuture<T> change(
      MoveMark.Call call, List<TaskId> concerns, Decision<T> decision) {
    return submit(concerns, unlessMoving(call, decision));
  }

  private <T> Decision<T> unlessMoving(MoveMark.Call call, Decision<T> decision) {
    return draft -> {
      MoveMark.require(engine.mark(), call);
      return decision.decide(draft);
    };
  }

  private <T> CompletableFuture<T> submit(Decision<T> decision) {
    return submit(List.of(), decision);
  }

  private <T> CompletableFuture<T> submit(List<TaskId> concerns, Decision<T> decision) {
    return engine.submit(new Command<>(decision, concerns, new CompletableFuture<>()));
  }

  /**
   * Writes the sealed segments anew without what does not matter any more, whether it pays or not;
   * the store does this by itself when it pays. The future completes when that is done.
   */
  public CompletableFuture<Void> compact() {
    return engine.upkeep().compactNow();
  }

  /** Completes when the background work is done that there was at the time of the call. */
  CompletableFuture<Void> upkeepIdle() {
    return engine.upkeep().idle();
  }

  @Override
  public void close() {
    engine.close();
  }
}
