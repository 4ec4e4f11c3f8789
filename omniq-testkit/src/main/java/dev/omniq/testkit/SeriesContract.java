package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.observed;
import static dev.omniq.testkit.Samples.pending;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every store keeps of series: one live run, and a follow-up in the same atomic step. */
abstract class SeriesContract extends ContractFixture {

  SeriesContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  // ---- follow-up ----

  @Test
  void followUp_isStoredWithTheSettlement() {
    Claimed run = start(task(1, HOURLY));
    clock.advance(SECOND);
    var next = new NewTask(id(2), HOURLY, new Due.At(NOON.plus(HOUR)), id(1), 2);

    assertThat(apply(success(run, next))).isEqualTo(Applied.APPLIED);

    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    assertThat(find(id(2))).isEqualTo(Task.stored(next, NOON.plus(SECOND)));
  }

  @Test
  void followUp_withADelay_isDueByTheClockOfTheStore() {
    Claimed run = start(task(1, HOURLY));
    clock.advance(SECOND);

    apply(success(run, nextRun(run.task(), 2)));

    assertThat(find(id(2)).dueAt()).isEqualTo(NOON.plus(SECOND).plus(HOUR));
  }

  @Test
  void followUp_isClaimedWhenItIsDue() {
    runOnce();
    assertThat(claim()).isEmpty();

    clock.advance(HOUR);

    assertThat(claimedIds(ask())).containsExactly(id(2));
  }

  @Test
  void followUp_ofAStaleSettlement_isNotStored() {
    Claimed run = start(task(1, HOURLY));
    apply(cancel(run.task()));

    assertThat(apply(success(run, nextRun(run.task(), 2)))).isEqualTo(Applied.STALE);
    assertThat(lookUp(id(2))).isEmpty();
  }

  @Test
  void followUp_ofARepeatedSettlement_doesNotForkTheSeries() {
    Claimed run = start(task(1, HOURLY));
    apply(success(run, nextRun(run.task(), 2)));

    apply(success(run, nextRun(run.task(), 3)));

    assertThat(list(TaskQuery.all().series(id(1)))).containsExactly(id(2), id(1));
  }

  @Test
  void followUp_whoseSeriesHasAnotherLiveTask_isLeftOut() {
    Task first = runOnce();
    apply(retry(first, NOON));
    Claimed again = claimOnly(id(1));

    assertThat(apply(success(again, nextRun(first, 3)))).isEqualTo(Applied.APPLIED);

    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    assertThat(lookUp(id(3))).isEmpty();
    assertThat(liveRun(id(1))).contains(id(2));
  }

  @Test
  void followUp_whoseIdIsTaken_isLeftOut() {
    Task other = finish(task(2));
    Claimed run = start(task(1, HOURLY));

    assertThat(apply(success(run, nextRun(run.task(), 2)))).isEqualTo(Applied.APPLIED);

    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    assertThat(find(id(2))).isEqualTo(other);
  }

  @Test
  void followUps_ofOneCall_areAllStored() {
    insert(task(1, HOURLY), task(2, HOURLY));
    List<Claimed> runs = claim();

    get(
        store.apply(
            List.of(
                success(runs.get(0), nextRun(runs.get(0).task(), 3)),
                success(runs.get(1), nextRun(runs.get(1).task(), 4)))));

    assertThat(liveRun(id(1))).contains(id(3));
    assertThat(liveRun(id(2))).contains(id(4));
  }

  @Test
  void followUp_ofAFailedRun_isStoredToo() {
    Claimed run = start(task(1, HOURLY));
    var failed = failure(run);

    apply(
        new Transition(
            id(1), failed.expected(), failed.next(), Optional.of(nextRun(run.task(), 2))));

    assertThat(status(1)).isEqualTo(TaskStatus.FAILED);
    assertThat(liveRun(id(1))).contains(id(2));
  }

  // ---- keys ----

  @Test
  void followUp_takesOverTheKey() {
    Claimed run = start(task(1, keyed(HOURLY, "key")));

    apply(success(run, nextRun(run.task(), 2)));

    assertThat(insert(task(3, keyed("key")))).containsExactly(new Inserted(id(2), false));
  }

  @Test
  void key_isNeverFreeBetweenTwoRuns() {
    TaskSpec spec = keyed(HOURLY, "key");
    Claimed run = start(task(1, spec));

    var settled = store.apply(List.of(success(run, nextRun(run.task(), 2))));
    var inserted = store.insert(List.of(task(3, spec)));

    get(settled);
    assertThat(get(inserted)).extracting(Inserted::created).containsExactly(false);
  }

  @Test
  void key_ofAnEndedSeries_isFree() {
    Claimed run = start(task(1, keyed(HOURLY, "key")));
    apply(cancel(run.task()));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void retry_ofARunWhoseSeriesHoldsTheKey_isRefusedAndNamesTheLiveRun() {
    Claimed run = start(task(1, keyed(HOURLY, "key")));
    apply(success(run, nextRun(run.task(), 2)));

    assertThat(apply(retry(find(id(1)), NOON))).isEqualTo(new Applied.KeyHeld(id(2)));
    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void retry_ofARunOfAnEndedSeries_holdsTheKeyAgain() {
    Claimed run = start(task(1, keyed(HOURLY, "key")));
    apply(cancel(run.task()));
    apply(retry(find(id(1)), NOON));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(1), false));
  }

  // ---- the live run ----

  @Test
  void liveRun_isPendingOrRunning() {
    insert(task(1, HOURLY));
    assertThat(liveRun(id(1))).contains(id(1));
    claimOnly(id(1));
    assertThat(get(store.liveRun(id(1)))).contains(find(id(1)));
  }

  @Test
  void liveRun_passesToTheFollowUp() {
    runOnce();

    assertThat(get(store.liveRun(id(1)))).contains(find(id(2)));
  }

  @Test
  void liveRun_ofARetriedAttempt_isStillThatRun() {
    Claimed run = start(task(1, HOURLY));
    apply(Samples.giveBack(run, NOON.plus(HOUR)));

    assertThat(liveRun(id(1))).contains(id(1));
  }

  @Test
  void liveRun_ofAnEndedSeries_isEmpty() {
    runOnce();
    apply(cancel(find(id(2))));

    assertThat(liveRun(id(1))).isEmpty();
  }

  @Test
  void liveRun_ofALaterRunsId_isEmpty() {
    runOnce();

    assertThat(liveRun(id(2))).isEmpty();
  }

  @Test
  void liveRun_ofATaskThatDoesNotRepeat_isEmpty() {
    insert(task(1, SPEC));

    assertThat(liveRun(id(1))).isEmpty();
  }

  @Test
  void liveRun_ofAnUnknownSeries_isEmpty() {
    assertThat(liveRun(id(1))).isEmpty();
  }

  // ---- detached runs ----

  @Test
  void detachedRun_runsBesideItsSeries() {
    apply(retry(runOnce(), NOON));

    assertThat(liveRun(id(1))).contains(id(2));
    assertThat(claimedIds(ask())).containsExactly(id(1));
    assertThat(liveRun(id(1))).contains(id(2));
  }

  @Test
  void detachedRun_ofAnEndedSeries_doesNotReviveIt() {
    Claimed run = start(task(1, HOURLY));
    apply(cancel(run.task()));

    apply(retry(find(id(1)), NOON));

    assertThat(liveRun(id(1))).isEmpty();
  }

  @Test
  void detachedRun_doesNotKeepItsSeriesFromGoingOn() {
    apply(retry(runOnce(), NOON.plus(HOUR.multipliedBy(9))));
    clock.advance(HOUR);
    Claimed second = claimOnly(id(2));

    apply(success(second, nextRun(second.task(), 3)));

    assertThat(liveRun(id(1))).contains(id(3));
  }

  @Test
  void retry_thatWouldForkTheSeries_changesNothing() {
    Task first = runOnce();
    TaskState attached = pending(first, NOON);

    assertThat(apply(observed(first, attached))).isNotEqualTo(Applied.APPLIED);
    assertThat(find(id(1))).isEqualTo(first);
    assertThat(liveRun(id(1))).contains(id(2));
  }

  /** Task 1 has finished as the first run of a series; task 2 is the next. */
  private Task runOnce() {
    Claimed run = start(task(1, HOURLY));
    apply(success(run, nextRun(run.task(), 2)));
    return find(id(1));
  }
}
