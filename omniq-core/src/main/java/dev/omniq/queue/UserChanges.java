package dev.omniq.queue;

import dev.omniq.storage.Applied;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.Notes;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener.Kind;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What people want of tasks, one or many: each wish is a transition from the state that was seen.
 * Where that has changed meanwhile, the task is looked at again, by itself.
 */
final class UserChanges {
  /**
   * The states of about so many characters go in one write: what a store has to hold in memory, and
   * a process to send to another.
   */
  private static final int CHARACTERS_OF_A_WRITE = 4_000_000;

  private final TaskStore store;
  private final Announcements announcements;

  UserChanges(TaskStore store, Announcements announcements) {
    this.store = store;
    this.announcements = announcements;
  }

  /**
   * What a task is to become.
   *
   * @param outcome for people, should it become so
   */
  private record Wish(Task task, Transition transition, Kind kind, String outcome) {
    TaskId id() {
      return task.id();
    }
  }

  // ---- one task ----

  CompletableFuture<CancelOutcome> cancel(TaskId id) {
    return store
        .find(id)
        .thenCompose(
            found -> found.map(this::cancel).orElseGet(() -> done(CancelOutcome.NOT_FOUND)));
  }

  private CompletableFuture<CancelOutcome> cancel(Task task) {
    if (task.status().isFinished()) {
      return done(CancelOutcome.ALREADY_FINISHED);
    }
    CancelOutcome outcome = outcomeOfCancel(task);
    return apply(cancelled(task))
        .thenCompose(answer -> answer instanceof Applied.Done ? done(outcome) : cancel(task.id()));
  }

  CompletableFuture<Boolean> cancelSeries(TaskId anyRun) {
    return store
        .find(anyRun)
        .thenCompose(found -> cancelLiveRun(found.map(Task::seriesId).orElse(anyRun)));
  }

  private CompletableFuture<Boolean> cancelLiveRun(TaskId seriesId) {
    return store
        .liveRun(seriesId)
        .thenCompose(
            live ->
                live.isEmpty()
                    ? done(false)
                    : apply(cancelled(live.get()))
                        .thenCompose(
                            answer ->
                                answer instanceof Applied.Done
                                    ? done(true)
                                    : cancelLiveRun(seriesId)));
  }

  CompletableFuture<Void> retry(TaskId id) {
    return make(id, "retry", this::retried);
  }

  CompletableFuture<Void> reschedule(TaskId id, Due due) {
    return make(id, "reschedule", task -> rescheduled(task, due));
  }

  /** What cannot be is thrown, as the future's failure. */
  private CompletableFuture<Void> make(TaskId id, String verb, Function<Task, Wish> wish) {
    return store
        .find(id)
        .thenCompose(
            found -> {
              Task task =
                  found.orElseThrow(
                      () -> new OmniQException("there is no task %s to %s".formatted(id, verb)));
              return apply(wish.apply(task))
                  .thenCompose(
                      answer -> {
                        if (answer instanceof Applied.KeyHeld held) {
                          throw new OmniQException(keyHeld(task, held));
                        }
                        return answer instanceof Applied.Done
                            ? CompletableFuture.allOf()
                            : make(id, verb, wish);
                      });
            });
  }

  CompletableFuture<DeleteOutcome> delete(TaskId id) {
    return store.delete(List.of(id)).thenApply(outcomes -> outcomes.get(0));
  }

  private CompletableFuture<Applied> apply(Wish wish) {
    return store
        .apply(List.of(wish.transition))
        .thenApply(answers -> announced(wish, answers.get(0)));
  }

  private Applied announced(Wish wish, Applied answer) {
    if (answer instanceof Applied.Done) {
      announcements.made(wish.task, wish.transition, wish.kind);
    }
    return answer;
  }

  // ---- wishes ----

  private Wish cancelled(Task task) {
    if (task.status().isFinished()) {
      throw new OmniQException(
          "task %s is %s; only a task that waits or runs can be cancelled"
              .formatted(task.id(), task.status()));
    }
    return new Wish(
        task,
        Rules.cancel(task, QueueService.moment(store.now())),
        Kind.CANCELLED,
        words(outcomeOfCancel(task)));
  }

  private static CancelOutcome outcomeOfCancel(Task task) {
    return task.status() == TaskStatus.RUNNING
        ? CancelOutcome.INTERRUPTED
        : CancelOutcome.CANCELLED;
  }

  private Wish retried(Task task) {
    if (task.status().isLive()) {
      throw new OmniQException(
          "task %s is %s; only a finished task can be retried".formatted(task.id(), task.status()));
    }
    return new Wish(
        task, Rules.retry(task, QueueService.moment(store.now())), Kind.RETRIED, "retried");
  }

  private Wish rescheduled(Task task, Due due) {
    if (task.status() != TaskStatus.PENDING) {
      throw new OmniQException(
          "task %s is %s; only a task that waits can be rescheduled%s"
              .formatted(
                  task.id(),
                  task.status(),
                  task.status().isFinished() ? ", but this one retried" : ""));
    }
    return new Wish(
        task,
        Rules.reschedule(task, due, QueueService.moment(store.now())),
        Kind.RESCHEDULED,
        "due now");
  }

  private static String keyHeld(Task task, Applied.KeyHeld held) {
    return "task %s cannot be retried: its unique key '%s' is held by live task %s"
        .formatted(task.id(), task.uniqueKey().orElse(""), held.holder());
  }

  private static String words(Enum<?> outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  // ---- many tasks ----

  CompletableFuture<ChangedTasks> change(TaskChange change, TaskQuery which, Predicate<Task> only) {
    return store
        .list(which)
        .thenCompose(
            page ->
                changeAll(change, page.stream().filter(only).toList())
                    .thenApply(tasks -> new ChangedTasks(tasks, behind(page, which))));
  }

  private static Optional<TaskQuery> behind(List<Task> page, TaskQuery which) {
    return page.size() < which.limit()
        ? Optional.empty()
        : Optional.of(which.after(page.get(page.size() - 1).id()));
  }

  private CompletableFuture<List<Each>> changeAll(TaskChange change, List<Task> tasks) {
    return switch (change) {
      case CANCEL -> makeAll(tasks, this::cancelled, this::cancelAgain);
      case RETRY -> makeAll(tasks, this::retried, id -> told(id, "retried", retry(id)));
      case RUN_NOW ->
          makeAll(
              tasks,
              task -> rescheduled(task, Due.now()),
              id -> told(id, "due now", reschedule(id, Due.now())));
      case DELETE -> deleteAll(tasks.stream().map(Task::id).toList());
    };
  }

  private CompletableFuture<List<Each>> deleteAll(List<TaskId> ids) {
    return store
        .delete(ids)
        .thenApply(
            outcomes -> {
              List<Each> answers = new ArrayList<>();
              for (int i = 0; i < ids.size(); i++) {
                answers.add(
                    new Each(ids.get(i), outcomes.get(i).deleted(), words(outcomes.get(i))));
              }
              return answers;
            });
  }

  /**
   * Makes all of them together.
   *
   * @param again what is done with a task that is no longer as it was read
   */
  private CompletableFuture<List<Each>> makeAll(
      List<Task> tasks,
      Function<Task, Wish> wish,
      Function<TaskId, CompletableFuture<Each>> again) {
    Map<TaskId, CompletableFuture<Each>> answers = new HashMap<>();
    List<Wish> wishes = new ArrayList<>();
    for (Task task : tasks) {
      try {
        wishes.add(wish.apply(task));
      } catch (OmniQException refusal) {
        answers.put(task.id(), done(refused(task.id(), refusal)));
      }
    }
    for (List<Wish> write : writes(wishes)) {
      CompletableFuture<List<Applied>> applied = applyAll(write);
      for (int i = 0; i < write.size(); i++) {
        int at = i;
        Wish each = write.get(i);
        answers.put(each.id(), applied.thenCompose(given -> answer(each, given.get(at), again)));
      }
    }
    return inOrder(tasks.stream().map(task -> answers.get(task.id())).toList());
  }

  /** Cut where they get large; each part is one durable write. */
  private static List<List<Wish>> writes(List<Wish> wishes) {
    List<List<Wish>> writes = new ArrayList<>();
    int from = 0;
    long characters = 0;
    for (int i = 0; i < wishes.size(); i++) {
      characters += characters(wishes.get(i).transition.next());
      if (characters > CHARACTERS_OF_A_WRITE || i == wishes.size() - 1) {
        writes.add(wishes.subList(from, i + 1));
        from = i + 1;
        characters = 0;
      }
    }
    return writes;
  }

  private static long characters(TaskState state) {
    long characters = state.result().map(String::length).orElse(0);
    for (TaskError error : state.errors()) {
      characters += error.message().length() + error.stackTrace().map(String::length).orElse(0);
    }
    for (Notes.LogLine line : state.notes().log()) {
      characters += line.text().length();
    }
    return characters;
  }

  private CompletableFuture<List<Applied>> applyAll(List<Wish> write) {
    return store
        .apply(write.stream().map(Wish::transition).toList())
        .thenApply(
            given -> {
              for (int i = 0; i < given.size(); i++) {
                announced(write.get(i), given.get(i));
              }
              return given;
            });
  }

  private static CompletableFuture<Each> answer(
      Wish wish, Applied given, Function<TaskId, CompletableFuture<Each>> again) {
    if (given instanceof Applied.KeyHeld held) {
      return done(new Each(wish.id(), false, keyHeld(wish.task, held)));
    }
    return given instanceof Applied.Done
        ? done(new Each(wish.id(), true, wish.outcome))
        : again.apply(wish.id());
  }

  private CompletableFuture<Each> cancelAgain(TaskId id) {
    return cancel(id)
        .thenApply(
            outcome ->
                new Each(
                    id,
                    outcome == CancelOutcome.CANCELLED || outcome == CancelOutcome.INTERRUPTED,
                    words(outcome)));
  }

  /** What the change of one task came to; only a refusal is an answer. */
  private static CompletableFuture<Each> told(
      TaskId id, String outcome, CompletableFuture<Void> change) {
    return change.handle(
        (done, failure) -> {
          if (failure == null) {
            return new Each(id, true, outcome);
          }
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof OmniQException refusal && isRefusal(refusal)) {
            return refused(id, refusal);
          }
          throw new CompletionException(cause);
        });
  }

  private static boolean isRefusal(OmniQException e) {
    return !(e instanceof StorageException) && !(e instanceof OutcomeUnknownException);
  }

  private static Each refused(TaskId id, OmniQException refusal) {
    return new Each(id, false, String.valueOf(refusal.getMessage()));
  }

  /** Complete when all of them are. */
  private static <T> CompletableFuture<List<T>> inOrder(List<CompletableFuture<T>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(ended -> all.stream().map(CompletableFuture::join).toList());
  }

  private static <T> CompletableFuture<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
