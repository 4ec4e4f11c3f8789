package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.LEASE;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.rescue;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Notes;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every store keeps of leases: how they end, are extended, and are taken away. */
abstract class LeaseContract extends ContractFixture {
  private static final Duration NANO = Duration.ofNanos(1);

  LeaseContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  // ---- expiry ----

  @Test
  void lease_thatRuns_isNotExpired() {
    start(task(1));
    clock.advance(LEASE.minus(NANO));

    assertThat(expired()).isEmpty();
  }

  @Test
  void lease_thatRanOut_isExpired() {
    Claimed claimed = start(task(1));
    clock.advance(LEASE);

    assertThat(expired()).hasSize(1);
    assertThat(expired().get(0).task()).isEqualTo(claimed.task());
    assertThat(expired().get(0).token()).isEqualTo(claimed.token());
  }

  @Test
  void lease_isAsLongAsTheRequestSays() {
    insert(task(1));
    claim(ask().lease(HOUR));

    clock.advance(HOUR.minus(NANO));
    assertThat(expired()).isEmpty();
    clock.advance(NANO);

    assertThat(expired()).hasSize(1);
  }

  @Test
  void lease_beyondAllTime_isAccepted() {
    insert(task(1));

    claim(ask().lease(Duration.ofSeconds(Long.MAX_VALUE)));
    clock.advance(Duration.ofDays(366));

    assertThat(expired()).isEmpty();
  }

  @Test
  void expired_tellsTheOldestFirst() {
    insert(task(1), task(2), task(3));
    claim(ask().limit(1).lease(SECOND.multipliedBy(3)));
    claim(ask().limit(1).lease(SECOND));
    claim(ask().limit(1).lease(SECOND.multipliedBy(2)));
    clock.advance(HOUR);

    assertThat(expiredIds(3)).containsExactlyElementsOf(ids(2, 3, 1));
  }

  @Test
  void expired_tellsNoMoreThanItsLimit() {
    insert(task(1), task(2), task(3));
    claim(ask().limit(1).lease(SECOND.multipliedBy(2)));
    claim(ask().limit(1).lease(SECOND));
    claim(ask().limit(1).lease(HOUR));
    clock.advance(MINUTE);

    assertThat(expiredIds(1)).containsExactly(id(2));
  }

  @Test
  void expired_tellsNothingOfFinishedAndPendingTasks() {
    finish(task(1));
    apply(Samples.giveBack(start(task(2)), NOON.plus(HOUR)));
    clock.advance(LEASE);

    assertThat(expired()).isEmpty();
  }

  @Test
  void wallClock_jumpingForward_endsNoLease() {
    start(task(1));

    clock.jump(Duration.ofDays(1));

    assertThat(expired()).isEmpty();
  }

  @Test
  void wallClock_jumpingBack_keepsNoLease() {
    start(task(1));

    clock.jump(Duration.ofDays(-1));
    clock.advance(LEASE);

    assertThat(expired()).hasSize(1);
  }

  @Test
  void holder_whoIsLateButWasNotRescued_maySettle() {
    Claimed claimed = start(task(1));
    clock.advance(HOUR);

    assertThat(apply(success(claimed))).isEqualTo(Applied.APPLIED);
  }

  private List<TaskId> expiredIds(int limit) {
    return get(store.expired(limit)).stream().map(each -> each.task().id()).toList();
  }

  // ---- extension ----

  @Test
  void extend_countsFromNow() {
    Claimed claimed = start(task(1));
    clock.advance(SECOND);
    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.APPLIED);

    clock.advance(LEASE.minus(NANO));
    assertThat(expired()).isEmpty();
    clock.advance(NANO);

    assertThat(expired()).hasSize(1);
  }

  @Test
  void extend_byLess_shortensTheLease() {
    Claimed claimed = start(task(1));

    extend(claimed.token(), SECOND);
    clock.advance(SECOND);

    assertThat(expired()).hasSize(1);
  }

  @Test
  void extend_ofALateClaim_bringsItBack() {
    Claimed claimed = start(task(1));
    clock.advance(HOUR);
    assertThat(expired()).hasSize(1);

    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.APPLIED);

    assertThat(expired()).isEmpty();
  }

  @Test
  void extend_isCounted() {
    Claimed claimed = start(task(1));
    clock.advance(LEASE);
    long before = expired().get(0).extensions();

    extend(claimed.token(), LEASE);
    extend(claimed.token(), LEASE);
    clock.advance(LEASE);

    assertThat(expired().get(0).extensions()).isEqualTo(before + 2);
  }

  @Test
  void extend_leavesTheTaskAsItIs() {
    Claimed claimed = start(task(1));

    extend(claimed.token(), HOUR);

    assertThat(find(id(1))).isEqualTo(claimed.task());
  }

  @Test
  void extend_ofWhatIsOver_isStale() {
    Claimed settled = start(task(1));
    apply(success(settled));
    Claimed cancelled = start(task(2));
    apply(cancel(cancelled.task()));
    Claimed returned = start(task(3));
    apply(Samples.giveBack(returned, NOON));

    assertThat(extend(settled.token(), LEASE)).isEqualTo(Applied.STALE);
    assertThat(extend(cancelled.token(), LEASE)).isEqualTo(Applied.STALE);
    assertThat(extend(returned.token(), LEASE)).isEqualTo(Applied.STALE);
    assertThat(extend(new ClaimToken("nobody", 1), LEASE)).isEqualTo(Applied.STALE);
  }

  @Test
  void extend_ofAnEarlierClaim_doesNotHelpTheLaterOne() {
    Claimed early = start(task(1));
    apply(Samples.giveBack(early, NOON));
    claimOnly(id(1));

    assertThat(extend(early.token(), HOUR)).isEqualTo(Applied.STALE);
    clock.advance(LEASE);

    assertThat(expired()).hasSize(1);
  }

  @Test
  void extend_ofSeveral_answersInTheirOrder() {
    insert(task(1), task(2), task(3));
    List<ClaimToken> tokens = claim().stream().map(Claimed::token).toList();
    apply(cancel(find(id(2))));

    List<Applied> answers = get(store.extend(new LeaseExtension(Ask.WORKER, tokens, HOUR)));

    assertThat(answers).containsExactly(Applied.APPLIED, Applied.STALE, Applied.APPLIED);
    clock.advance(LEASE);
    assertThat(expired()).isEmpty();
  }

  // ---- rescue ----

  /** Taking claims back from workers that are lost. */
  @Nested
  class Rescue {
    @Test
    void rescue_takesTheTaskBack() {
      start(task(1));
      clock.advance(LEASE);

      assertThat(apply(rescue(expired().get(0), NOON))).isEqualTo(Applied.APPLIED);

      assertThat(status(1)).isEqualTo(TaskStatus.PENDING);
      assertThat(find(id(1)).state().losses()).isEqualTo(1);
      assertThat(expired()).isEmpty();
    }

    @Test
    void rescue_fencesTheOldHolderOff() {
      Claimed claimed = start(task(1));
      clock.advance(LEASE);
      apply(rescue(expired().get(0), NOON));

      assertThat(apply(success(claimed))).isEqualTo(Applied.STALE);
      assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.STALE);
      assertThat(annotate(claimed)).isEqualTo(Applied.STALE);
    }

    @Test
    void rescue_afterAnExtension_isStale() {
      Claimed claimed = start(task(1));
      clock.advance(LEASE);
      ExpiredClaim seen = expired().get(0);
      extend(claimed.token(), LEASE);

      assertThat(apply(rescue(seen, NOON))).isEqualTo(Applied.STALE);
      assertThat(find(id(1))).isEqualTo(claimed.task());
    }

    @Test
    void rescue_afterAnExtensionThatRanOutToo_isStale() {
      Claimed claimed = start(task(1));
      clock.advance(LEASE);
      ExpiredClaim seen = expired().get(0);
      extend(claimed.token(), LEASE);
      clock.advance(LEASE);

      assertThat(apply(rescue(seen, NOON))).isEqualTo(Applied.STALE);
      assertThat(apply(rescue(expired().get(0), NOON))).isEqualTo(Applied.APPLIED);
    }

    @Test
    void rescue_afterTheHolderSettled_isStale() {
      Claimed claimed = start(task(1));
      clock.advance(LEASE);
      ExpiredClaim seen = expired().get(0);
      apply(success(claimed));

      assertThat(apply(rescue(seen, NOON))).isEqualTo(Applied.STALE);
      assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    }

    @Test
    void rescue_byTheSecondOfTwo_isStale() {
      start(task(1));
      clock.advance(LEASE);
      ExpiredClaim seen = expired().get(0);
      apply(rescue(seen, NOON));
      claimOnly(id(1));

      assertThat(apply(rescue(seen, NOON))).isEqualTo(Applied.STALE);
      assertThat(status(1)).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void rescue_mayEndTheTask() {
      Claimed claimed = start(task(1));
      clock.advance(LEASE);
      ExpiredClaim seen = expired().get(0);
      var failed = Samples.finished(claimed.task(), TaskStatus.FAILED);
      var expected = rescue(seen, NOON).expected();

      assertThat(apply(new Transition(id(1), expected, failed, Optional.empty())))
          .isEqualTo(Applied.APPLIED);
      assertThat(status(1)).isEqualTo(TaskStatus.FAILED);
    }
  }

  // ---- notes ----

  /** Progress and log of running tasks. */
  @Nested
  class Annotate {
    @Test
    void annotate_replacesTheNotesAsAWhole() {
      Claimed claimed = start(task(1));
      get(store.annotate(List.of(note(claimed, "first"))));

      get(store.annotate(List.of(note(claimed, "second"))));

      assertThat(find(id(1)).state().notes()).isEqualTo(note(claimed, "second").notes());
    }

    @Test
    void annotate_changesNothingElse() {
      Claimed claimed = start(task(1));

      assertThat(annotate(claimed)).isEqualTo(Applied.APPLIED);

      var state = find(id(1)).state().toBuilder().notes(Notes.NONE).build();
      assertThat(state).isEqualTo(claimed.task().state());
    }

    @Test
    void annotate_ofWhatIsOver_isStale() {
      Claimed claimed = start(task(1));
      apply(success(claimed));

      assertThat(annotate(claimed)).isEqualTo(Applied.STALE);
      assertThat(find(id(1)).state().notes()).isEqualTo(Notes.NONE);
    }

    @Test
    void annotate_ofAnEarlierClaim_isStale() {
      Claimed early = start(task(1));
      apply(Samples.giveBack(early, NOON));
      claimOnly(id(1));

      assertThat(annotate(early)).isEqualTo(Applied.STALE);
    }

    @Test
    void annotate_withTheTokenOfAnotherTask_isStale() {
      insert(task(1), task(2));
      List<Claimed> claimed = claim();
      var crossed = new Claimed(claimed.get(0).task(), claimed.get(1).token());

      assertThat(annotate(crossed)).isEqualTo(Applied.STALE);
      assertThat(find(id(1)).state().notes()).isEqualTo(Notes.NONE);
      assertThat(find(id(2)).state().notes()).isEqualTo(Notes.NONE);
    }

    @Test
    void annotate_ofSeveral_answersInTheirOrder() {
      insert(task(1), task(2));
      List<Claimed> claimed = claim();
      apply(success(claimed.get(0)));

      var answers = get(store.annotate(claimed.stream().map(each -> note(each, "note")).toList()));

      assertThat(answers).containsExactly(Applied.STALE, Applied.APPLIED);
    }
  }

  private Applied annotate(Claimed claimed) {
    return get(store.annotate(List.of(note(claimed, "note")))).get(0);
  }

  static Annotation note(Claimed claimed, String text) {
    Notes notes =
        Notes.NONE
            .with(new Notes.Progress(0.25, text))
            .with(new Notes.LogLine(NOON.plus(SECOND), text));
    return new Annotation(claimed.task().id(), claimed.token(), notes);
  }

  // ---- workers ----

  /** What {@link dev.omniq.storage.TaskStore#workers} tells. */
  @Nested
  class Workers {
    @Test
    void worker_thatClaimed_isSeenWithWhatItHolds() {
      insert(task(1), task(2));
      claim();

      assertThat(workers()).containsExactly(new WorkerInfo(Ask.WORKER, NOON, 2));
    }

    @Test
    void worker_thatSettled_holdsLess() {
      insert(task(1), task(2));
      apply(success(claim().get(0)));

      assertThat(workers()).containsExactly(new WorkerInfo(Ask.WORKER, NOON, 1));
    }

    @Test
    void worker_thatExtends_isSeenAnew() {
      Claimed claimed = start(task(1));
      clock.advance(SECOND);

      extend(claimed.token(), LEASE);

      assertThat(workers()).containsExactly(new WorkerInfo(Ask.WORKER, NOON.plus(SECOND), 1));
    }

    @Test
    void worker_thatHoldsNothing_isSeenByItsExtension() {
      get(store.extend(new LeaseExtension("idle", List.of(), LEASE)));

      assertThat(workers()).containsExactly(new WorkerInfo("idle", NOON, 0));
    }

    @Test
    void worker_thatLostItsTasks_holdsNothing() {
      start(task(1));
      clock.advance(LEASE);
      apply(rescue(expired().get(0), NOON));

      assertThat(workers()).extracting(WorkerInfo::running).containsExactly(0);
    }

    @Test
    void workers_areToldApart() {
      insert(task(1), task(2));
      claim(ask().first(new ClaimToken("one", 1)).limit(1));
      claim(ask().first(new ClaimToken("two", 1)).limit(1));

      assertThat(workers())
          .containsExactlyInAnyOrder(
              new WorkerInfo("one", NOON, 1), new WorkerInfo("two", NOON, 1));
    }

    private List<WorkerInfo> workers() {
      return get(store.workers());
    }
  }
}
