package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.by;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.dueAt;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.finished;
import static dev.omniq.testkit.Samples.giveBack;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.observed;
import static dev.omniq.testkit.Samples.pending;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.succeeded;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every store keeps of {@link dev.omniq.storage.TaskStore#apply} for single tasks. */
abstract class ApplyContract extends ContractFixture {
  private int tasksMade;

  ApplyContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  // ---- what is stored ----

  @Test
  void apply_replacesTheStateAsAWhole() {
    Claimed claimed = start(task(1));
    TaskError error = TaskError.of(TaskError.Type.RUNTIME, new AssertionError("no"), 1, NOON);
    TaskState next =
        finished(claimed.task(), TaskStatus.FAILED).toBuilder()
            .error(error)
            .attempt(7)
            .losses(2)
            .dueAt(NOON.plus(HOUR))
            .build();

    assertThat(apply(by(claimed.token(), claimed.task(), next))).isEqualTo(Applied.APPLIED);

    assertThat(find(id(1))).isEqualTo(claimed.task().with(next.toBuilder().revision(3).build()));
  }

  @Test
  void apply_keepsTheResult() {
    Claimed claimed = start(task(1));

    apply(by(claimed.token(), claimed.task(), succeeded(claimed.task(), "{\"a\":[1,2]}")));

    assertThat(find(id(1)).state().result()).contains("{\"a\":[1,2]}");
  }

  @Test
  void apply_drawsTheRevisionItself() {
    Claimed claimed = start(task(1));
    TaskState next = succeeded(claimed.task(), "1").toBuilder().revision(99).build();

    apply(by(claimed.token(), claimed.task(), next));

    assertThat(find(id(1)).state().revision()).isEqualTo(3);
  }

  @Test
  void apply_keepsWhatNeverChanges() {
    Task before = start(task(1, keyed("key"))).task();
    clock.advance(HOUR);

    apply(cancel(before));

    Task after = find(id(1));
    assertThat(after.with(before.state())).isEqualTo(before);
  }

  @Test
  void apply_ofSeveral_answersInTheirOrder_andOneDoesNotStopTheOthers() {
    insert(task(1), task(2), task(3));
    List<Claimed> claimed = claim();
    apply(success(claimed.get(1)));

    List<Applied> answers = get(store.apply(claimed.stream().map(Samples::success).toList()));

    assertThat(answers).containsExactly(Applied.APPLIED, Applied.STALE, Applied.APPLIED);
  }

  @Test
  void apply_ofTwoToOneTask_makesTheFirst() {
    Claimed claimed = start(task(1));

    List<Applied> answers = get(store.apply(List.of(failure(claimed), success(claimed))));

    assertThat(answers).containsExactly(Applied.APPLIED, Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void apply_toAnUnknownTask_isStale() {
    Claimed claimed = start(task(1));
    Task unknown = Task.stored(task(2), NOON);

    assertThat(apply(cancel(unknown))).isEqualTo(Applied.STALE);
    assertThat(apply(by(claimed.token(), unknown, succeeded(unknown, "1"))))
        .isEqualTo(Applied.STALE);
    assertThat(lookUp(id(2))).isEmpty();
  }

  // ---- the holder ----

  @Test
  void holder_withAnotherToken_isStale() {
    Claimed claimed = start(task(1));
    ClaimToken other = claimed.token().plus(1);

    assertThat(apply(success(new Claimed(claimed.task(), other)))).isEqualTo(Applied.STALE);
    assertThat(find(id(1))).isEqualTo(claimed.task());
  }

  @Test
  void holder_withTheSameNumberOfAnotherWorker_isStale() {
    Claimed claimed = start(task(1));
    var other = new ClaimToken("impostor", claimed.token().sequence());

    assertThat(apply(success(new Claimed(claimed.task(), other)))).isEqualTo(Applied.STALE);
  }

  @Test
  void holder_withTheTokenOfAnotherTask_isStale() {
    insert(task(1), task(2));
    List<Claimed> claimed = claim();
    ClaimToken other = claimed.get(1).token();

    assertThat(apply(success(new Claimed(claimed.get(0).task(), other)))).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.RUNNING);
    assertThat(status(2)).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void holder_ofAnEarlierClaim_isStale_thoughTheTaskRunsAgain() {
    Claimed early = start(task(1));
    apply(giveBack(early, NOON));
    Task again = claimOnly(id(1)).task();

    assertThat(apply(success(early))).isEqualTo(Applied.STALE);
    assertThat(find(id(1))).isEqualTo(again);
  }

  @Test
  void holder_ofATaskThatIsPendingAgain_isStale() {
    Claimed early = start(task(1));
    apply(giveBack(early, NOON));

    assertThat(apply(success(early))).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void holder_ofAFinishedTask_changesNothing() {
    Claimed claimed = start(task(1));
    apply(failure(claimed));
    Task failed = find(id(1));

    apply(success(claimed));

    assertThat(find(id(1))).isEqualTo(failed);
  }

  @Test
  void holder_ofACancelledTask_isStale() {
    Claimed claimed = start(task(1));
    assertThat(apply(cancel(claimed.task()))).isEqualTo(Applied.APPLIED);

    assertThat(apply(success(claimed))).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.CANCELLED);
  }

  // ---- the observer ----

  @Test
  void observer_ofAnotherRevision_isStale() {
    insert(task(1));
    Task seen = find(id(1));
    claim();

    assertThat(apply(cancel(seen))).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void observer_ofATaskThatRanAndCameBack_isStale() {
    insert(task(1));
    Task seen = find(id(1));
    apply(giveBack(claimOnly(id(1)), NOON));

    assertThat(apply(cancel(seen))).isEqualTo(Applied.STALE);
  }

  @Test
  void observer_ofARunningTask_isNotDisturbedByNotesAndExtensions() {
    Claimed claimed = start(task(1));
    extend(claimed.token(), HOUR);
    get(store.annotate(List.of(LeaseContract.note(claimed, "still here"))));

    assertThat(apply(cancel(claimed.task()))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void observer_whoRepeats_changesNothing() {
    insert(task(1));
    Transition cancel = cancel(find(id(1)));
    apply(cancel);
    Task cancelled = find(id(1));

    apply(cancel);

    assertThat(find(id(1))).isEqualTo(cancelled);
  }

  // ---- from state to state ----

  @TestFactory
  Stream<DynamicTest> apply_makesTheAllowedTransitions_andRefusesAllOthers() {
    return Arrays.stream(TaskStatus.values())
        .flatMap(from -> Arrays.stream(TaskStatus.values()).map(to -> transition(from, to)));
  }

  private DynamicTest transition(TaskStatus from, TaskStatus to) {
    // RUNNING comes from a claim alone, which gives the token that belongs to it.
    boolean allowed = from.canBecome(to) && to != TaskStatus.RUNNING;
    return DynamicTest.dynamicTest(
        from + (allowed ? " may become " : " must not become ") + to,
        () -> {
          Task task = taskThatIs(from);
          Transition transition = observed(task, state(task, to));
          if (allowed) {
            assertThat(apply(transition)).isEqualTo(Applied.APPLIED);
            assertThat(find(task.id()).status()).isEqualTo(to);
          } else {
            assertThatIllegalArgumentException().isThrownBy(() -> apply(transition));
            assertThat(find(task.id())).isEqualTo(task);
          }
          settleWhatIsDue();
        });
  }

  /** So that the next transition finds its task alone. */
  private void settleWhatIsDue() {
    claim().forEach(claimed -> apply(success(claimed)));
  }

  private Task taskThatIs(TaskStatus status) {
    int number = ++tasksMade;
    insert(task(number));
    if (status == TaskStatus.PENDING) {
      return find(id(number));
    }
    Claimed claimed = claimOnly(id(number));
    if (status != TaskStatus.RUNNING) {
      apply(by(claimed.token(), claimed.task(), finished(claimed.task(), status)));
    }
    return find(id(number));
  }

  private static TaskState state(Task task, TaskStatus status) {
    return status.isFinished()
        ? finished(task, status)
        : pending(task, NOON).toBuilder().status(status).build();
  }

  @Test
  void holder_mayNotLeaveTheTaskRunning() {
    Claimed claimed = start(task(1));
    Transition transition = by(claimed.token(), claimed.task(), claimed.task().state());

    assertThatIllegalArgumentException().isThrownBy(() -> apply(transition));
    assertThat(find(id(1))).isEqualTo(claimed.task());
  }

  @Test
  void apply_withARefusedTransition_makesNoneOfTheCall() {
    insert(task(1), task(2));
    List<Claimed> claimed = claim();
    Transition bad =
        by(claimed.get(1).token(), claimed.get(1).task(), claimed.get(1).task().state());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> get(store.apply(List.of(success(claimed.get(0)), bad))));
    assertThat(find(id(1))).isEqualTo(claimed.get(0).task());
  }

  // ---- back to life ----

  @Test
  void retry_ofAFinishedTask_letsItBeClaimedAgain() {
    Task finished = finish(task(1));

    assertThat(apply(retry(finished, NOON))).isEqualTo(Applied.APPLIED);

    assertThat(claimOnly(id(1)).task().state().attempt()).isEqualTo(1);
  }

  @Test
  void retry_keepsThePlaceInTheOrderOfInsertion() {
    insert(task(1), task(2));
    Claimed first = claim(ask().limit(1)).get(0);
    apply(success(first));
    apply(retry(find(id(1)), NOON));

    assertThat(claimedIds(ask())).containsExactly(id(1), id(2));
  }

  @Test
  void reschedule_bringsATaskForward_andPutsOneOff() {
    insert(dueAt(1, NOON.plus(HOUR)), dueAt(2, NOON));

    apply(observed(find(id(1)), pending(find(id(1)), NOON)));
    apply(observed(find(id(2)), pending(find(id(2)), NOON.plus(HOUR))));

    assertThat(claimedIds(ask())).containsExactly(id(1));
    assertThat(find(id(2)).dueAt()).isEqualTo(NOON.plus(HOUR));
    assertThat(find(id(2)).plannedAt()).isEqualTo(NOON);
    assertThat(Normal.stats(get(store.stats())).queues().values())
        .singleElement()
        .satisfies(
            counts ->
                assertThat(counts.byStatus())
                    .isEqualTo(Map.of(TaskStatus.PENDING, 1L, TaskStatus.RUNNING, 1L)));
  }

  @Test
  void reschedule_ofARunOfASeries_leavesItTheLiveRun() {
    insert(task(1, HOURLY));

    apply(observed(find(id(1)), pending(find(id(1)), NOON.plus(HOUR))));

    assertThat(liveRun(id(1))).contains(id(1));
  }

  @Test
  void retry_ontoAHeldKey_isRefusedAndNamesTheHolder() {
    Task finished = finish(task(1, keyed("key")));
    insert(task(2, keyed("key")));

    assertThat(apply(retry(finished, NOON))).isEqualTo(new Applied.KeyHeld(id(2)));
    assertThat(find(id(1))).isEqualTo(finished);
  }

  @Test
  void retry_ontoAKeyThatARunningTaskHolds_isRefused() {
    Task finished = finish(task(1, keyed("key")));
    start(task(2, keyed("key")));

    assertThat(apply(retry(finished, NOON))).isEqualTo(new Applied.KeyHeld(id(2)));
  }

  @Test
  void retry_ofAnOutdatedRevision_isStale_whoeverHoldsTheKey() {
    Task finished = finish(task(1, keyed("key")));
    apply(retry(finished, NOON));
    apply(success(claimOnly(id(1))));
    insert(task(2, keyed("key")));

    assertThat(apply(retry(finished, NOON))).isEqualTo(Applied.STALE);
  }

  @Test
  void retry_takesItsFreeKeyAgain() {
    apply(retry(finish(task(1, keyed("key"))), NOON));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void keyOfATaskThatCameBack_staysHeld() {
    apply(giveBack(start(task(1, keyed("key"))), NOON));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void keyOfACancelledTask_isFree() {
    insert(task(1, keyed("key")));
    apply(cancel(find(id(1))));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void observersOfMany_areAnsweredInTheirOrder() {
    Task plain = finish(task(1));
    Task free = finish(task(2, keyed("free")));
    Task first = finish(task(3, keyed("key")));
    Task second = finish(task(4, keyed("key")));
    Task third = finish(task(5, keyed("key")));
    Task running = start(task(6)).task();
    insert(task(7), task(8), task(9, keyed("key")));
    Task outdated = find(id(7));
    apply(observed(outdated, pending(outdated, NOON.plus(HOUR))));
    Task unknown = Task.stored(task(99), NOON);

    List<Applied> answers =
        get(
            store.apply(
                List.of(
                    retry(plain, NOON),
                    retry(free, NOON),
                    retry(first, NOON),
                    cancel(running),
                    cancel(outdated),
                    cancel(unknown),
                    cancel(find(id(9))),
                    retry(second, NOON),
                    retry(third, NOON),
                    cancel(find(id(8))))));

    assertThat(answers)
        .containsExactly(
            Applied.APPLIED,
            Applied.APPLIED,
            new Applied.KeyHeld(id(9)),
            Applied.APPLIED,
            Applied.STALE,
            Applied.STALE,
            Applied.APPLIED,
            Applied.APPLIED,
            new Applied.KeyHeld(id(4)),
            Applied.APPLIED);
    assertThat(list(TaskQuery.all().status(TaskStatus.CANCELLED)))
        .containsExactlyElementsOf(ids(9, 8, 6));
    assertThat(claimedIds(ask())).containsExactlyElementsOf(ids(1, 2, 4));
    assertThat(find(id(1)).state().revision()).isEqualTo(plain.state().revision() + 2);
  }

  @Test
  void task_goesRoundAndRound_andKeepsItsErrors() {
    Task task = Task.stored(task(1), NOON);
    insert(task(1));
    for (int round = 1; round <= 7; round++) {
      Claimed claimed = claimOnly(id(1));
      var error = TaskError.of(TaskError.Type.RUNTIME, "round " + round, round, clock.now());
      TaskState next = pending(claimed.task(), clock.now()).toBuilder().error(error).build();
      apply(by(claimed.token(), task, next));
      clock.advance(SECOND);
    }

    assertThat(find(id(1)).errors())
        .extracting(TaskError::message)
        .containsExactly("round 3", "round 4", "round 5", "round 6", "round 7");
    assertThat(find(id(1)).attempt()).isEqualTo(7);
  }

  @Test
  void observer_whoIsStale_storesNoFollowUp() {
    insert(task(1));
    var stale = new Expected.Observer(99);
    TaskState next = finished(find(id(1)), TaskStatus.CANCELLED);

    apply(new Transition(id(1), stale, next, Optional.of(task(2))));

    assertThat(lookUp(id(2))).isEmpty();
  }
}
