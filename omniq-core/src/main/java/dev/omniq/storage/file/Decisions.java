package dev.omniq.storage.file;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Copies;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.table.Claim;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What each changing call of the storage interface does: look at the state, and append the lines
 * that follow. For the holder of the pen only.
 */
final class Decisions {
  private final State state;
  private final Bodies bodies;
  private final TimeSource time;

  Decisions(State state, Bodies bodies, TimeSource time) {
    this.state = state;
    this.bodies = bodies;
    this.time = time;
  }

  // ---- insert ----

  List<Inserted> insert(List<NewTask> tasks, Draft draft) throws IOException {
    Instant now = time.now();
    var answers = new ArrayList<Inserted>(tasks.size());
    for (NewTask task : tasks) {
      Optional<TaskId> there = present(task);
      if (there.isEmpty()) {
        store(task, now, draft);
      }
      answers.add(new Inserted(there.orElse(task.id()), there.isEmpty()));
    }
    return answers;
  }

  /** The task that stands in the way of a new one: of its id, its unique key or its series. */
  private Optional<TaskId> present(NewTask task) throws IOException {
    if (isThere(task.id())) {
      return Optional.of(task.id());
    }
    Optional<TaskId> holder = holder(task.spec().queue(), task.spec().uniqueKey());
    return holder.isPresent() || !task.spec().schedule().recurring()
        ? holder
        : state.table().liveRun(task.seriesId()).map(FileEntry::id);
  }

  private boolean isThere(TaskId id) throws IOException {
    return state.table().find(id).isPresent() || state.finished().find(id).isPresent();
  }

  private Optional<TaskId> holder(String queue, Optional<String> key) {
    return key.flatMap(held -> state.table().holder(queue, held)).map(FileEntry::id);
  }

  private void store(NewTask task, Instant now, Draft draft) throws IOException {
    add(Task.stored(task, now), state.table().nextSequence(), now, draft);
  }

  private void add(Task task, long sequence, Instant now, Draft draft) throws IOException {
    var line = new Line.Add(sequence, task, Optional.empty());
    long at = draft.appendDurable(line);
    state.apply(line, at);
    bodies.keep(at, task);
    state.table().changed(now, task.id(), task.name(), task.status());
    noticeDue(task.id(), draft);
  }

  private void noticeDue(TaskId id, Draft draft) {
    Optional<FileEntry> entry = state.table().find(id);
    if (entry.isPresent() && state.table().isNext(entry.get())) {
      draft.noticeDue();
    }
  }

  // ---- restore ----

  /** Stores copies from another store; those that are there stay as they are. */
  int restore(List<Task> copies, Draft draft) throws IOException {
    Copies.requireNotRunning(copies);
    Instant now = time.now();
    int added = 0;
    for (Task copy : copies) {
      if (isThere(copy.id())) {
        continue;
      }
      if (copy.status().isLive()) {
        requireFree(copy);
      }
      add(copy, state.table().nextSequence(), now, draft);
      added++;
    }
    return added;
  }

  private void requireFree(Task copy) {
    Optional<TaskId> holder = holder(copy.queue(), copy.uniqueKey());
    if (holder.isPresent()) {
      throw Copies.keyHeld(copy, holder.get());
    }
    Optional<FileEntry> run =
        Copies.carriesSeries(copy) ? state.table().liveRun(copy.seriesId()) : Optional.empty();
    if (run.isPresent()) {
      throw Copies.seriesCarried(copy, run.get().id());
    }
  }

  // ---- claim ----

  /**
   * Claims what a request may take.
   *
   * @param owner the owner's number if the worker lives in its process; otherwise 0
   */
  List<FileEntry> claim(ClaimRequest request, long owner, Draft draft) {
    Instant now = time.now();
    var taken = new ArrayList<TaskId>();
    List<FileEntry> entries =
        state
            .table()
            .claim(
                request,
                Times.toMicros(now),
                time.nanoTime(),
                (entry, claim) -> {
                  taken.add(entry.id());
                  return entry.claimed(claim);
                });
    if (!taken.isEmpty()) {
      draft.append(
          new Line.Claims(
              request.first().worker(),
              request.first().sequence(),
              now,
              request.lease(),
              owner,
              taken));
      for (FileEntry entry : entries) {
        state.table().changed(now, entry.id(), entry.name(), TaskStatus.RUNNING);
      }
    }
    return entries;
  }

  List<Applied> extend(LeaseExtension extension) {
    long nanos = time.nanoTime();
    state.table().seen(extension.worker(), Times.toMicros(time.now()), nanos);
    long until = nanos + nanos(extension.lease());
    var answers = new ArrayList<Applied>(extension.tokens().size());
    for (ClaimToken token : extension.tokens()) {
      Optional<FileEntry> held = state.table().held(token);
      held.ifPresent(entry -> state.table().extend(entry, until));
      answers.add(held.isPresent() ? Applied.APPLIED : Applied.STALE);
    }
    return answers;
  }

  private static long nanos(Duration lease) {
    return lease.compareTo(Times.MAX_DURATION) > 0 ? Times.MAX_DURATION.toNanos() : lease.toNanos();
  }

  List<Applied> annotate(List<Annotation> annotations, Draft draft) throws IOException {
    var answers = new ArrayList<Applied>(annotations.size());
    for (Annotation annotation : annotations) {
      boolean held =
          state
              .table()
              .find(annotation.id())
              .filter(e -> e.isHeldBy(annotation.token()))
              .isPresent();
      if (held) {
        var line = new Line.Note(annotation.id(), annotation.notes());
        state.apply(line, draft.append(line));
      }
      answers.add(held ? Applied.APPLIED : Applied.STALE);
    }
    return answers;
  }

  // ---- apply ----

  List<Applied> apply(List<Transition> transitions, Draft draft) throws IOException {
    Instant now = time.now();
    var answers = new ArrayList<Applied>(transitions.size());
    for (Transition transition : transitions) {
      Optional<FileEntry> entry = state.table().find(transition.id());
      answers.add(
          entry.isPresent()
              ? change(entry.get(), transition, now, draft)
              : revive(transition, now, draft));
    }
    return answers;
  }

  private Applied change(FileEntry entry, Transition transition, Instant now, Draft draft)
      throws IOException {
    if (!holds(transition.expected(), entry)) {
      return Applied.STALE;
    }
    requireAllowed(entry.id(), entry.status(), transition.next().status());
    if (!(transition.expected() instanceof Expected.Holder)) {
      entry.claim().ifPresent(claim -> draft.revoke(claim.token()));
    }
    TaskState next = transition.next().toBuilder().revision(entry.revision() + 1).build();
    var line = new Line.Set(entry.id(), next);
    state.apply(line, draft.appendDurable(line));
    state.table().changed(now, entry.id(), entry.name(), next.status());
    noticeDue(entry.id(), draft);
    if (transition.followUp().isPresent() && present(transition.followUp().get()).isEmpty()) {
      store(transition.followUp().get(), now, draft);
    }
    return Applied.APPLIED;
  }

  private static boolean holds(Expected expected, FileEntry entry) {
    if (expected instanceof Expected.Holder holder) {
      return entry.isHeldBy(holder.token());
    }
    if (expected instanceof Expected.Rescuer rescuer) {
      return entry.isHeldBy(rescuer.token())
          && entry.claim().map(Claim::extensions).orElse(-1L) == rescuer.extensions();
    }
    return ((Expected.Observer) expected).revision() == entry.revision();
  }

  /** RUNNING comes from a claim alone, which gives the token that belongs to it. */
  private static void requireAllowed(TaskId id, TaskStatus status, TaskStatus next) {
    if (next == TaskStatus.RUNNING || !status.canBecome(next)) {
      throw new IllegalArgumentException(
          "task %s is %s and cannot become %s".formatted(id, status, next));
    }
  }

  /** Takes a finished task back to life: as a whole line, so that a live task always has one. */
  private Applied revive(Transition transition, Instant now, Draft draft) throws IOException {
    Optional<FinishedTask> found = state.finished().find(transition.id());
    if (found.isEmpty()
        || !(transition.expected() instanceof Expected.Observer observer)
        || observer.revision() != found.get().revision()) {
      return Applied.STALE;
    }
    requireAllowed(transition.id(), found.get().status(), transition.next().status());
    Line.Add added = (Line.Add) bodies.line(found.get().add());
    Task task = added.task();
    Optional<TaskId> holder = holder(task.queue(), task.uniqueKey());
    if (holder.isPresent()) {
      return new Applied.KeyHeld(holder.get());
    }
    TaskState next = transition.next().toBuilder().revision(found.get().revision() + 1).build();
    boolean carries = task.recurring() && !next.detached();
    if (carries && state.table().liveRun(task.seriesId()).isPresent()) {
      return Applied.STALE;
    }
    add(task.with(next), added.sequence(), now, draft);
    return Applied.APPLIED;
  }

  // ---- delete ----

  List<DeleteOutcome> delete(List<TaskId> ids, Draft draft) throws IOException {
    var answers = new ArrayList<DeleteOutcome>(ids.size());
    for (TaskId id : ids) {
      answers.add(delete(id, draft));
    }
    return answers;
  }

  private DeleteOutcome delete(TaskId id, Draft draft) throws IOException {
    DeleteOutcome outcome;
    Optional<FileEntry> entry = state.table().find(id);
    if (entry.isPresent()) {
      if (entry.get().status() == TaskStatus.RUNNING) {
        return DeleteOutcome.RUNNING;
      }
      outcome = entry.get().carriesSeries() ? DeleteOutcome.SERIES_ENDED : DeleteOutcome.DELETED;
    } else {
      Optional<FinishedTask> finished = state.finished().find(id);
      if (finished.isEmpty()) {
        return DeleteOutcome.NOT_FOUND;
      }
      Task task = ((Line.Add) bodies.line(finished.get().add())).task();
      outcome = besideSeries(task.recurring() ? Optional.of(task.seriesId()) : Optional.empty());
    }
    var line = new Line.Delete(List.of(id));
    state.apply(line, draft.appendDurable(line));
    return outcome;
  }

  private DeleteOutcome besideSeries(Optional<TaskId> series) {
    return series.flatMap(state.table()::liveRun).isPresent()
        ? DeleteOutcome.SERIES_CONTINUES
        : DeleteOutcome.DELETED;
  }

  /**
   * What a step of a purge came to.
   *
   * @param deleted how many tasks are gone
   * @param more whether another step may find more
   */
  record Purged(int deleted, boolean more) {}

  Purged purge(Retention retention, int limit, Draft draft) throws IOException {
    FinishedTasks.Purgeable found = state.finished().expired(retention, time.now(), limit);
    List<TaskId> ids = found.tasks().stream().map(FinishedTask::id).toList();
    if (!ids.isEmpty()) {
      var line = new Line.Delete(ids);
      state.apply(line, draft.appendDurable(line));
    }
    return new Purged(ids.size(), found.more());
  }
}
