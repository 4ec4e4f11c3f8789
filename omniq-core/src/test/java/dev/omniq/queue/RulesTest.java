package dev.omniq.queue;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final ClaimToken TOKEN = new ClaimToken("worker-1", 7);
  private static final TaskSpec ONCE = TaskSpec.of("report", "[]");
  private static final TaskSpec HOURLY =
      ONCE.toBuilder().schedule(new Schedule.FixedDelay(Duration.ofHours(1))).build();

  @Nested
  class Success {
    @Test
    void success_endsTheTaskWithItsResult() {
      Transition made = settle(running(ONCE, 1), new Outcome.Succeeded("42"), NOON);

      assertThat(made.expected()).isEqualTo(new Expected.Holder(TOKEN));
      assertThat(made.next().status()).isEqualTo(TaskStatus.SUCCESS);
      assertThat(made.next().result()).contains("42");
      assertThat(made.next().finishedAt()).contains(NOON);
      assertThat(made.followUp()).isEmpty();
    }

    @Test
    void success_ofARun_bringsTheNextRunOneIntervalAfterItsEnd() {
      Task run = running(HOURLY, 1);
      NewTask next = settle(run, new Outcome.Succeeded("null"), NOON).followUp().orElseThrow();

      assertThat(next.due()).isEqualTo(new Due.At(NOON.plus(Duration.ofHours(1))));
      assertThat(next.run()).isEqualTo(2);
      assertThat(next.seriesId()).isEqualTo(run.seriesId());
      assertThat(next.id()).isNotEqualTo(run.id());
      assertThat(next.spec()).isEqualTo(run.spec());
    }

    @Test
    void success_ofADetachedRun_bringsNoNextRun() {
      Task run = running(HOURLY, 1);
      Task detached = run.with(run.state().toBuilder().detached(true).build());

      assertThat(settle(detached, new Outcome.Succeeded("null"), NOON).followUp()).isEmpty();
    }
  }

  @Nested
  class Failure {
    @Test
    void failure_withRetriesLeft_waitsForItsBackoff() {
      Transition made = settle(running(ONCE, 2), failed(false), NOON);

      assertThat(made.next().status()).isEqualTo(TaskStatus.PENDING);
      assertThat(made.next().dueAt()).isEqualTo(NOON.plusSeconds(2));
      assertThat(made.next().attempt()).isEqualTo(2);
      assertThat(made.next().errors()).hasSize(1);
    }

    @Test
    void failure_ofTheFourthExecution_isFinalWithThreeRetries() {
      assertThat(settle(running(ONCE, 3), failed(false), NOON).next().status())
          .isEqualTo(TaskStatus.PENDING);
      assertThat(settle(running(ONCE, 4), failed(false), NOON).next().status())
          .isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void failure_thatIsPermanent_isFinalAtOnce() {
      assertThat(settle(running(ONCE, 1), failed(true), NOON).next().status())
          .isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void failure_ofARunWithRetriesLeft_letsTheSeriesWait() {
      assertThat(settle(running(HOURLY, 1), failed(false), NOON).followUp()).isEmpty();
    }

    @Test
    void failure_ofARunForGood_doesNotStopTheSeries() {
      NewTask next = settle(running(HOURLY, 4), failed(false), NOON).followUp().orElseThrow();

      assertThat(next.due()).isEqualTo(new Due.At(NOON.plus(Duration.ofHours(1))));
    }

    @Test
    void failure_withoutAnyRetries_isFinal() {
      TaskSpec spec = ONCE.toBuilder().retryPolicy(RetryPolicy.none()).build();

      assertThat(settle(running(spec, 1), failed(false), NOON).next().status())
          .isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void errors_areBounded_andTheOldestGoFirst() {
      Task task =
          running(ONCE.toBuilder().retryPolicy(RetryPolicy.fixed(99, Duration.ZERO)).build(), 1);
      for (int attempt = 1; attempt <= 7; attempt++) {
        TaskState next = settle(task, failed("error " + attempt), NOON).next();
        task = task.with(next.claimed("worker-1", NOON));
      }

      assertThat(task.errors()).extracting(TaskError::message).startsWith("error 3").hasSize(5);
    }
  }

  @Nested
  class PutOff {
    @Test
    void snooze_doesNotCountTheAttempt() {
      Transition made = settle(running(ONCE, 2), new Outcome.Snoozed(Duration.ofMinutes(5)), NOON);

      assertThat(made.next().status()).isEqualTo(TaskStatus.PENDING);
      assertThat(made.next().attempt()).isEqualTo(1);
      assertThat(made.next().dueAt()).isEqualTo(NOON.plus(Duration.ofMinutes(5)));
    }

    @Test
    void release_restoresTheAttemptAndTheDueTime() {
      Task task = running(ONCE, 2);
      Transition made = settle(task, new Outcome.Released(), NOON);

      assertThat(made.next().status()).isEqualTo(TaskStatus.PENDING);
      assertThat(made.next().attempt()).isEqualTo(1);
      assertThat(made.next().dueAt()).isEqualTo(task.dueAt());
    }
  }

  @Nested
  class FixedRate {
    private final Duration interval = Duration.ofSeconds(10);

    @Test
    void nextRun_isPlannedFromTheLastPlannedTime_notFromTheEnd() {
      assertThat(next(0, 0.1, 3)).isEqualTo(10);
    }

    @Test
    void nextRun_afterALongRun_isTheLatestMissedOne() {
      assertThat(next(0, 0, 25)).isEqualTo(20);
    }

    @Test
    void nextRun_afterADowntime_isTheNextInThePlan() {
      assertThat(next(0, 55, 56)).isEqualTo(60);
    }

    @Test
    void nextRun_afterADowntimeAndALongRun_collapsesToo() {
      assertThat(next(0, 55, 83)).isEqualTo(80);
    }

    @Test
    void nextRun_whenTheClockSteppedBack_isStillTheNextInThePlan() {
      assertThat(next(100, 40, 41)).isEqualTo(110);
    }

    private double next(double planned, double started, double end) {
      Instant due = Rules.nextPlanned(at(planned), interval, at(started), at(end));
      return Duration.between(NOON, due).toMillis() / 1000.0;
    }

    private Instant at(double seconds) {
      return NOON.plusMillis(Math.round(seconds * 1000));
    }
  }

  @Nested
  class Loss {
    @Test
    void loss_usesNoRetry_andWaits() {
      Transition made = Rules.rescue(new ExpiredClaim(running(ONCE, 2), TOKEN, 3), at(NOON));

      assertThat(made.expected()).isEqualTo(new Expected.Rescuer(TOKEN, 3));
      assertThat(made.next().status()).isEqualTo(TaskStatus.PENDING);
      assertThat(made.next().attempt()).isEqualTo(1);
      assertThat(made.next().losses()).isEqualTo(1);
      assertThat(made.next().dueAt()).isAfter(NOON);
      assertThat(made.next().errors())
          .extracting(TaskError::type)
          .containsExactly(TaskError.Type.LOST);
    }

    @Test
    void thirdLoss_quarantinesTheTask_andItsSeriesEnds() {
      Task task = running(HOURLY, 1);
      Task lostTwice = task.with(task.state().toBuilder().losses(2).build());
      Transition made = Rules.rescue(new ExpiredClaim(lostTwice, TOKEN, 0), at(NOON));

      assertThat(made.next().status()).isEqualTo(TaskStatus.FAILED);
      assertThat(made.followUp()).isEmpty();
      assertThat(made.next().errors().get(0).message()).contains("quarantined");
    }
  }

  @Nested
  class ByAUser {
    @Test
    void cancel_namesTheRevisionThatItSaw() {
      Task task = running(HOURLY, 1);
      Transition made = Rules.cancel(task, at(NOON));

      assertThat(made.expected()).isEqualTo(new Expected.Observer(task.state().revision()));
      assertThat(made.next().status()).isEqualTo(TaskStatus.CANCELLED);
      assertThat(made.followUp()).isEmpty();
    }

    @Test
    void retry_givesAFreshBudget() {
      TaskState failed = settle(running(ONCE, 4), failed(false), NOON).next();
      Transition made = Rules.retry(running(ONCE, 4).with(failed), at(NOON.plusSeconds(60)));

      assertThat(made.next().status()).isEqualTo(TaskStatus.PENDING);
      assertThat(made.next().attempt()).isZero();
      assertThat(made.next().dueAt()).isEqualTo(NOON.plusSeconds(60));
      assertThat(made.next().finishedAt()).isEmpty();
      assertThat(made.next().detached()).isFalse();
    }

    @Test
    void reschedule_movesTheDueTimeAndNothingElse() {
      Task waiting = Task.stored(NewTask.first(TaskId.next(NOON), HOURLY, new Due.At(NOON)), NOON);

      Transition made =
          Rules.reschedule(waiting, new Due.After(Duration.ofMinutes(5)), at(NOON.plusSeconds(1)));

      assertThat(made.next())
          .isEqualTo(waiting.state().toBuilder().dueAt(NOON.plusSeconds(301)).build());
      assertThat(made.expected()).isEqualTo(new Transition.Expected.Observer(1));
      assertThat(made.followUp()).isEmpty();
    }

    @Test
    void retry_ofARunOfASeries_detachesIt() {
      TaskState done = settle(running(HOURLY, 1), new Outcome.Succeeded("1"), NOON).next();

      assertThat(Rules.retry(running(HOURLY, 1).with(done), at(NOON)).next().detached()).isTrue();
    }
  }

  @Test
  void everyDecision_isAnAllowedTransition() {
    for (Outcome outcome :
        new Outcome[] {
          new Outcome.Succeeded("1"),
          failed(false),
          failed(true),
          new Outcome.Snoozed(Duration.ZERO),
          new Outcome.Released()
        }) {
      assertThat(
              TaskStatus.RUNNING.canBecome(settle(running(ONCE, 1), outcome, NOON).next().status()))
          .isTrue();
    }
  }

  private static Transition settle(Task task, Outcome outcome, Instant end) {
    return Rules.settle(new Claimed(task, TOKEN), outcome, Notes.NONE, at(end));
  }

  private static Rules.Moment at(Instant now) {
    return new Rules.Moment(now, 0.5, TaskId.next(now));
  }

  private static Outcome failed(boolean permanent) {
    return new Outcome.Failed(
        TaskError.of(TaskError.Type.RUNTIME, new IllegalStateException("boom"), 1, NOON),
        permanent);
  }

  private static Outcome failed(String message) {
    return new Outcome.Failed(TaskError.of(TaskError.Type.RUNTIME, message, 1, NOON), false);
  }

  private static Task running(TaskSpec spec, int attempt) {
    Instant started = NOON.minusSeconds(3);
    Task task = Task.stored(NewTask.first(TaskId.next(started), spec, Due.now()), started);
    return task.with(
        task.state().toBuilder().attempt(attempt - 1).build().claimed("worker-1", started));
  }
}
