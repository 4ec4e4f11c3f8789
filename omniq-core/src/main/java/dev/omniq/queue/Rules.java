package dev.omniq.queue;

import static dev.omniq.task.TaskStatus.CANCELLED;
import static dev.omniq.task.TaskStatus.FAILED;
import static dev.omniq.task.TaskStatus.PENDING;
import static dev.omniq.task.TaskStatus.RUNNING;
import static dev.omniq.task.TaskStatus.SUCCESS;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Outcome;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What follows what: pure functions from a task and what happened to it, to the transition that a
 * store is to make. Every rule about retries, series, losses and endings stands here and nowhere
 * else, whatever the store.
 */
public final class Rules {

  /** A task that was lost with its worker this often is quarantined. */
  public static final int MAX_LOSSES = 3;

  /** How long a lost task waits: half a second, then twice as long each time. */
  private static final RetryPolicy LOSS_BACKOFF =
      RetryPolicy.exponential(MAX_LOSSES, Duration.ofMillis(500), Duration.ofSeconds(60));

  private Rules() {}

  /**
   * What a decision depends on beside the task.
   *
   * @param now the store's clock; for the end of an execution, the moment in which it ended
   * @param random evenly spread in [0, 1), for jitter
   * @param freshId the id of the next run, should there be one
   */
  public record Moment(Instant now, double random, TaskId freshId) {}

  /** The worker's report on an execution becomes the end, the next attempt, or the next run. */
  public static Transition settle(Claimed claimed, Outcome outcome, Notes notes, Moment moment) {
    Task task = claimed.task();
    TaskState.Builder next = task.state().toBuilder().notes(notes);
    if (outcome instanceof Outcome.Succeeded succeeded) {
      next.status(SUCCESS).result(Optional.of(succeeded.json()));
      return ended(claimed, next, moment, !succeeded.endsSeries());
    }
    if (outcome instanceof Outcome.Failed failed) {
      next.error(failed.error());
      if (mayRetry(task, failed)) {
        Duration delay = task.spec().retryPolicy().delayBefore(task.attempt(), moment.random());
        next.status(PENDING).dueAt(Times.plus(moment.now(), delay));
        return held(claimed, next);
      }
      next.status(FAILED);
      return ended(claimed, next, moment, true);
    }
    next.status(PENDING).attempt(task.attempt() - 1);
    if (outcome instanceof Outcome.Snoozed snoozed) {
      next.dueAt(Times.plus(moment.now(), snoozed.delay()));
    }
    return held(claimed, next);
  }

  /** A user ends a live task. The run of a series takes no follow-up, so its series ends too. */
  public static Transition cancel(Task task, Moment moment) {
    TaskState.Builder next =
        task.state().toBuilder().status(CANCELLED).finishedAt(Optional.of(moment.now()));
    if (task.status() == RUNNING) {
      next.error(
          TaskError.of(
              TaskError.Type.CANCELLED, "cancelled while running", task.attempt(), moment.now()));
    }
    return observed(task, next);
  }

  /**
   * A user sends a finished task round once more with a fresh budget. A run of a series comes back
   * detached: its series has gone on, or has ended, without it.
   */
  public static Transition retry(Task task, Moment moment) {
    return observed(
        task,
        task.state().toBuilder()
            .status(PENDING)
            .dueAt(moment.now())
            .attempt(0)
            .losses(0)
            .finishedAt(Optional.empty())
            .result(Optional.empty())
            .detached(task.recurring()));
  }

  /**
   * A user gives a waiting task another due time. Its planned time stays, and with it its series.
   */
  public static Transition reschedule(Task task, Due due, Moment moment) {
    return observed(
        task, task.state().toBuilder().status(PENDING).dueAt(due.resolve(moment.now())));
  }

  /**
   * A claim ran out. The loss uses no retry, but a task that keeps taking its workers down is
   * quarantined: it fails, and its series ends.
   */
  public static Transition rescue(ExpiredClaim expired, Moment moment) {
    Task task = expired.task();
    int losses = task.state().losses() + 1;
    TaskState.Builder next =
        task.state().toBuilder()
            .losses(losses)
            .error(lost(task, expired.token(), losses, moment.now()));
    if (losses >= MAX_LOSSES) {
      next.status(FAILED).finishedAt(Optional.of(moment.now()));
    } else {
      Duration delay = LOSS_BACKOFF.delayBefore(losses, moment.random());
      next.status(PENDING).attempt(task.attempt() - 1).dueAt(Times.plus(moment.now(), delay));
    }
    var expected = new Expected.Rescuer(expired.token(), expired.extensions());
    return new Transition(task.id(), expected, next.build(), Optional.empty());
  }

  private static TaskError lost(Task task, ClaimToken token, int losses, Instant now) {
    String message =
        "worker " + token.worker() + " was lost while it ran the task (loss " + losses + ")";
    if (losses >= MAX_LOSSES) {
      message += "; quarantined" + (task.recurring() ? ", the series ends" : "");
    }
    return TaskError.of(TaskError.Type.LOST, message, task.attempt(), now);
  }

  /** Whether another attempt follows a failed one. */
  public static boolean mayRetry(Task task, Outcome.Failed failed) {
    return !failed.permanent() && task.attempt() <= task.spec().retryPolicy().maxRetries();
  }

  private static Transition ended(
      Claimed claimed, TaskState.Builder next, Moment moment, boolean goesOn) {
    Task task = claimed.task();
    TaskState state = next.finishedAt(Optional.of(moment.now())).build();
    return new Transition(
        task.id(),
        new Expected.Holder(claimed.token()),
        state,
        goesOn ? nextRun(task, moment) : Optional.empty());
  }

  private static Transition held(Claimed claimed, TaskState.Builder next) {
    return new Transition(
        claimed.task().id(), new Expected.Holder(claimed.token()), next.build(), Optional.empty());
  }

  private static Transition observed(Task task, TaskState.Builder next) {
    return new Transition(
        task.id(), new Expected.Observer(task.state().revision()), next.build(), Optional.empty());
  }

  private static Optional<NewTask> nextRun(Task task, Moment moment) {
    if (!task.recurring() || task.state().detached()) {
      return Optional.empty();
    }
    return Optional.of(
        new NewTask(
            moment.freshId(),
            task.spec(),
            new Due.At(nextDue(task, moment.now())),
            task.seriesId(),
            task.run() + 1));
  }

  private static Instant nextDue(Task task, Instant end) {
    if (task.schedule() instanceof Schedule.FixedDelay delay) {
      return Times.plus(end, delay.interval());
    }
    var rate = (Schedule.FixedRate) task.schedule();
    Instant started = task.state().startedAt().orElse(end);
    return nextPlanned(task.plannedAt(), rate.interval(), started, end);
  }

  /**
   * The run answers for every planned time up to its start, so the plan goes on from the last of
   * those; planned times that passed while it ran collapse into the latest one of them.
   */
  static Instant nextPlanned(Instant planned, Duration interval, Instant started, Instant end) {
    Instant covered =
        planned.plus(interval.multipliedBy(wholeIntervals(planned, started, interval)));
    long passed = Math.max(1, wholeIntervals(covered, end, interval));
    return Times.plus(covered, interval.multipliedBy(passed));
  }

  private static long wholeIntervals(Instant from, Instant to, Duration interval) {
    return to.isBefore(from) ? 0 : Duration.between(from, to).dividedBy(interval);
  }
}
