package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.LEASE;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.giveBack;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.rescue;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Retention;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is there when a store is opened again, however it {@link #end ended}. */
abstract class DurabilityContract extends ContractFixture {

  DurabilityContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  /** Ends the life of the store. */
  abstract void end();

  DurableHome durableHome() {
    return (DurableHome) home();
  }

  /** In a new process the monotonic clock begins somewhere else. */
  private void reopen() {
    end();
    clock = ManualClock.startingAt(clock.now(), clock.nanoTime() - Duration.ofDays(3).toNanos());
    store = home().open(clock);
  }

  // ---- tasks ----

  @Test
  void emptyStore_isEmptyAgain() {
    reopen();

    assertThat(list(TaskQuery.all())).isEmpty();
    assertThat(insert(task(1))).containsExactly(new Inserted(id(1), true));
  }

  @Test
  void tasksInEveryState_areThereAsTheyWere() {
    everyState();
    List<Task> before = get(store.list(TaskQuery.all()));

    reopen();

    assertThat(get(store.list(TaskQuery.all()))).isEqualTo(before).hasSize(7);
    assertThat(before).allSatisfy(task -> assertThat(find(task.id())).isEqualTo(task));
  }

  @Test
  void statistics_areWhatTheyWere() {
    everyState();
    var before = Normal.stats(get(store.stats()));

    reopen();

    assertThat(Normal.stats(get(store.stats()))).isEqualTo(before);
  }

  @Test
  void life_goesOnThroughManyReopenings() {
    insert(task(1));
    for (int round = 1; round <= 5; round++) {
      reopen();
      Claimed claimed = claimOnly(id(1));
      assertThat(claimed.task().attempt()).isEqualTo(round);
      reopen();
      assertThat(apply(giveBack(claimed, NOON))).isEqualTo(Applied.APPLIED);
    }
    assertThat(find(id(1)).state().revision()).isEqualTo(11);
  }

  @Test
  void deletedTask_staysDeleted() {
    finish(task(1));
    insert(task(2));
    get(store.delete(ids(1, 2)));

    reopen();

    assertThat(list(TaskQuery.all())).isEmpty();
    assertThat(insert(task(1))).extracting(Inserted::created).containsExactly(true);
  }

  @Test
  void purgedTask_staysPurged() {
    finish(task(1));
    clock.advance(HOUR);
    get(store.purge(new Retention(MINUTE, MINUTE, 10), 10));

    reopen();

    assertThat(lookUp(id(1))).isEmpty();
  }

  @Test
  void finishedTask_isFoundByItsId_andTakesItsIdNoMore() {
    Task finished = finish(task(1));

    reopen();

    assertThat(find(id(1))).isEqualTo(finished);
    assertThat(insert(task(1))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void finishedTask_canBeRetried() {
    Task finished = finish(task(1));

    reopen();

    assertThat(apply(retry(finished, NOON))).isEqualTo(Applied.APPLIED);
    assertThat(claimOnly(id(1)).task().attempt()).isEqualTo(1);
  }

  @Test
  void retriedTask_isPendingAgain() {
    apply(retry(finish(task(1)), NOON));

    reopen();

    assertThat(claimedIds(ask())).containsExactly(id(1));
  }

  @Test
  void notes_areKept() {
    Claimed claimed = start(task(1));
    get(store.annotate(List.of(LeaseContract.note(claimed, "half"))));
    Task noted = find(id(1));

    reopen();

    assertThat(find(id(1))).isEqualTo(noted);
  }

  @Test
  void bigTasks_areThere() {
    String big = "[\"" + "0123456789abcdef".repeat(65_536) + "\"]";
    insert(
        IntStream.range(0, 5)
            .mapToObj(n -> task(n, Samples.SPEC.toBuilder().arguments(big).build()))
            .toArray(NewTask[]::new));

    reopen();

    assertThat(claim()).hasSize(5).allMatch(each -> each.task().arguments().equals(big));
  }

  @Test
  void aThousandTasks_areThere() {
    insert(IntStream.range(0, 1_000).mapToObj(Samples::task).toArray(NewTask[]::new));

    reopen();

    assertThat(list(TaskQuery.all().limit(2_000))).hasSize(1_000);
  }

  // ---- order ----

  @Test
  void order_ofInsertion_isKept() {
    insert(task(3), task(1));
    insert(task(2));

    reopen();

    assertThat(claimedIds(ask())).containsExactly(id(3), id(1), id(2));
  }

  @Test
  void order_ofInsertion_goesOnBehindWhatIsThere() {
    insert(task(3));
    reopen();
    insert(task(1));
    reopen();
    insert(task(2));

    assertThat(claimedIds(ask())).containsExactly(id(3), id(1), id(2));
  }

  @Test
  void order_ofInsertion_isKeptByTasksThatCameBack() {
    insert(task(2), task(1));
    Claimed claimed = claim(ask().limit(1)).get(0);
    reopen();
    apply(giveBack(claimed, NOON));

    assertThat(claimedIds(ask())).containsExactly(id(2), id(1));
  }

  @Test
  void order_ofInsertion_isKeptByTasksThatAreRetried() {
    insert(task(2), task(1));
    apply(success(claim(ask().limit(1)).get(0)));
    reopen();
    apply(retry(find(id(2)), NOON));

    assertThat(claimedIds(ask())).containsExactly(id(2), id(1));
  }

  // ---- claims ----

  @Test
  void claim_holdsUntilItIsRescued() {
    Claimed claimed = start(task(1));

    reopen();

    assertThat(find(id(1))).isEqualTo(claimed.task());
    assertThat(claim()).isEmpty();
    assertThat(apply(success(claimed))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void claim_ofAWorkerInTheProcessThatEnded_expires() {
    Claimed claimed = start(task(1));

    reopen();

    if (durableHome().leases() == DurableHome.Leases.ANEW) {
      clock.advance(LEASE.minus(Times.MICRO));
      assertThat(expired()).isEmpty();
      clock.advance(Times.MICRO);
    }
    assertThat(expired()).extracting(ExpiredClaim::token).containsExactly(claimed.token());
    assertThat(apply(rescue(expired().get(0), NOON))).isEqualTo(Applied.APPLIED);
    assertThat(apply(success(claimed))).isEqualTo(Applied.STALE);
  }

  @Test
  void claim_thatIsExtendedAfterwards_isNotExpired() {
    Claimed claimed = start(task(1));

    reopen();

    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.APPLIED);
    assertThat(expired()).isEmpty();
  }

  @Test
  void claim_thatIsOver_staysOver() {
    Claimed early = start(task(1));
    apply(giveBack(early, NOON));
    claimOnly(id(1));

    reopen();

    assertThat(apply(success(early))).isEqualTo(Applied.STALE);
    assertThat(extend(early.token(), LEASE)).isEqualTo(Applied.STALE);
  }

  @Test
  void claim_thatIsRepeatedAfterwards_givesWhatItGave() {
    insert(task(1), task(2), task(3));
    Ask ask = ask().limit(2);
    List<Claimed> first = claim(ask);

    reopen();

    assertThat(claim(ask)).isEqualTo(first);
    assertThat(claimedIds(ask())).containsExactly(id(3));
  }

  @Test
  void lostTask_staysSuspect() {
    start(task(1));
    clock.advance(LEASE);
    apply(rescue(expired().get(0), NOON));

    reopen();

    assertThat(claim(ask().suspects(0))).isEmpty();
    assertThat(claim(ask().suspects(1))).hasSize(1);
  }

  // ---- keys and series ----

  @Test
  void key_isHeldByWhoHeldIt() {
    finish(task(3, keyed("finished")));
    apply(giveBack(start(task(2, keyed("came back"))), NOON.plus(HOUR)));
    insert(task(1, keyed("pending")));

    reopen();

    assertThat(
            insert(
                task(11, keyed("pending")),
                task(12, keyed("came back")),
                task(13, keyed("finished"))))
        .containsExactly(
            new Inserted(id(1), false), new Inserted(id(2), false), new Inserted(id(13), true));
  }

  @Test
  void series_goesOnWithItsLiveRun() {
    Claimed run = start(task(1, keyed(HOURLY, "key")));
    apply(success(run, nextRun(run.task(), 2)));

    reopen();

    assertThat(liveRun(id(1))).contains(id(2));
    assertThat(insert(task(3, keyed("key")))).containsExactly(new Inserted(id(2), false));
    clock.advance(HOUR);
    assertThat(claimOnly(id(2)).task().run()).isEqualTo(2);
  }

  @Test
  void series_thatEnded_staysEnded() {
    Claimed run = start(task(1, HOURLY));
    apply(cancel(run.task()));

    reopen();

    assertThat(liveRun(id(1))).isEmpty();
  }

  @Test
  void detachedRun_staysDetached() {
    Claimed run = start(task(1, HOURLY));
    apply(success(run, nextRun(run.task(), 2)));
    apply(retry(find(id(1)), NOON));

    reopen();

    assertThat(find(id(1)).state().detached()).isTrue();
    assertThat(liveRun(id(1))).contains(id(2));
  }

  /** Tasks 1 to 7: one in each state, one that came back, one that is the next of its series. */
  private void everyState() {
    finish(task(1, HOURLY));
    apply(failure(start(task(2))));
    insert(task(3, keyed("key")));
    apply(cancel(find(id(3))));
    Claimed run = start(task(4, HOURLY));
    apply(success(run, nextRun(run.task(), 5)));
    apply(giveBack(start(task(6)), NOON.plus(HOUR)));
    start(task(7));
    assertThat(List.of(status(1), status(2), status(3), status(5), status(7)))
        .containsExactly(
            TaskStatus.SUCCESS,
            TaskStatus.FAILED,
            TaskStatus.CANCELLED,
            TaskStatus.PENDING,
            TaskStatus.RUNNING);
  }
}
