package dev.omniq.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Inserts, transitions, leases and deletions. */
class MemoryStoreChangeTest extends MemoryStoreScenario {
  @Test
  void insert_newTask() {
    NewTask task = task(SPEC);

    assertThat(insert(task)).containsExactly(new Inserted(task.id(), true));
    assertThat(store.find(task.id()).join()).contains(Task.stored(task, clock.now()));
  }

  @Test
  void insert_idOfAFinishedTask() {
    Task finished = finished(SPEC, TaskStatus.SUCCESS);

    assertThat(insert(NewTask.first(finished.id(), SPEC, Due.now())))
        .containsExactly(new Inserted(finished.id(), false));
    assertThat(status(finished.id())).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void insert_heldKey_namesTheHolderAlsoWithinOneCall() {
    NewTask holder = task(KEYED);

    assertThat(insert(holder, task(KEYED), task(SPEC)))
        .extracting(Inserted::id, Inserted::created)
        .startsWith(tuple(holder.id(), true), tuple(holder.id(), false));
    assertThat(store.list(TaskQuery.all()).join()).hasSize(2);
  }

  @Test
  void insert_keyOfAFinishedTaskIsFree() {
    finished(KEYED, TaskStatus.FAILED);

    assertThat(insert(task(KEYED)).get(0).created()).isTrue();
  }

  @Test
  void insert_secondLiveRunOfASeries() {
    NewTask first = task(REPEATING.toBuilder().uniqueKey(Optional.empty()).build());
    insert(first);

    assertThat(insert(run(first, 2))).containsExactly(new Inserted(first.id(), false));
  }

  @Test
  void apply_byTheHolder() {
    Claimed claimed = claimed(SPEC);

    assertThat(apply(settle(claimed, TaskStatus.SUCCESS))).isEqualTo(Applied.APPLIED);
    Task task = find(claimed.task().id());
    assertThat(task.status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(task.state().revision()).isEqualTo(claimed.task().state().revision() + 1);
  }

  @Test
  void apply_again_isStale() {
    Claimed claimed = claimed(SPEC);
    apply(settle(claimed, TaskStatus.SUCCESS));

    assertThat(apply(settle(claimed, TaskStatus.FAILED))).isEqualTo(Applied.STALE);
    assertThat(status(claimed.task().id())).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void apply_byAHolderWhoseTaskWasClaimedAnew() {
    Claimed first = claimed(SPEC);
    apply(new Transition(first.task().id(), holder(first), pending(first.task()), none()));
    Claimed second = claim(1).get(0);

    assertThat(apply(settle(first, TaskStatus.SUCCESS))).isEqualTo(Applied.STALE);
    assertThat(apply(settle(second, TaskStatus.SUCCESS))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void apply_byARescuerAfterTheLeaseMoved() {
    Claimed claimed = claimed(SPEC);
    clock.advance(LEASE);
    ExpiredClaim expired = store.expired(9).join().get(0);
    var rescue =
        new Transition(
            claimed.task().id(),
            new Expected.Rescuer(expired.token(), expired.extensions()),
            pending(expired.task()),
            none());
    store.extend(new LeaseExtension("w", List.of(claimed.token()), LEASE)).join();

    assertThat(apply(rescue)).isEqualTo(Applied.STALE);
    assertThat(status(claimed.task().id())).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void apply_byAnObserverOfAnOlderRevision() {
    Claimed claimed = claimed(SPEC);
    var cancel =
        new Transition(
            claimed.task().id(),
            new Expected.Observer(1),
            ended(claimed.task(), TaskStatus.CANCELLED),
            none());

    assertThat(apply(cancel)).isEqualTo(Applied.STALE);
  }

  @Test
  void apply_unknownTask() {
    Task gone = Task.stored(task(SPEC), clock.now());

    assertThat(apply(observed(gone, ended(gone, TaskStatus.CANCELLED)))).isEqualTo(Applied.STALE);
  }

  @Test
  void apply_transitionThatIsNotAllowed_changesNothingOfTheWholeCall() {
    Claimed claimed = claimed(SPEC);
    NewTask waiting = task(SPEC);
    insert(waiting);
    Task task = find(waiting.id());

    var answer =
        store.apply(
            List.of(
                settle(claimed, TaskStatus.SUCCESS),
                observed(task, ended(task, TaskStatus.SUCCESS))));

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(answer::join)
        .withCauseInstanceOf(IllegalArgumentException.class)
        .withMessageContaining("PENDING and cannot become SUCCESS");
    assertThat(status(claimed.task().id())).isEqualTo(TaskStatus.RUNNING);
    assertThat(apply(settle(claimed, TaskStatus.SUCCESS))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void apply_transitionThatIsNotAllowed_finishedTasksAreAsTheyWere() {
    Task failed = finished(SPEC, TaskStatus.FAILED);
    Claimed claimed = claimed(SPEC);
    var before = store.stats().join().queues();

    var answer =
        store.apply(
            List.of(
                observed(failed, pending(failed)),
                settle(claimed, TaskStatus.SUCCESS),
                new Transition(
                    failed.id(),
                    new Expected.Observer(failed.state().revision() + 1),
                    ended(failed, TaskStatus.SUCCESS),
                    none())));

    assertThat(answer).isCompletedExceptionally();
    assertThat(store.stats().join().queues()).isEqualTo(before);
    assertThat(find(failed.id())).isEqualTo(failed);
    assertThat(store.list(TaskQuery.all()).join())
        .extracting(Task::id)
        .containsExactlyInAnyOrder(failed.id(), claimed.task().id());
  }

  @Test
  void apply_toRunning_onlyAClaimDoesThat() {
    NewTask waiting = task(SPEC);
    insert(waiting);
    Task task = find(waiting.id());

    assertThat(store.apply(List.of(observed(task, task.state().claimed("w", clock.now())))))
        .isCompletedExceptionally();
  }

  @Test
  void apply_followUpTakesOverTheKey() {
    Claimed claimed = claimed(REPEATING);
    NewTask next = run(claimed.task(), 2);

    assertThat(apply(settle(claimed, TaskStatus.SUCCESS, next))).isEqualTo(Applied.APPLIED);
    assertThat(insert(task(KEYED))).containsExactly(new Inserted(next.id(), false));
    assertThat(store.liveRun(claimed.task().seriesId()).join()).map(Task::id).contains(next.id());
  }

  @Test
  void apply_followUpOfASeriesThatLivesOnElsewhere_isLeftOut() {
    TaskSpec unkeyed = REPEATING.toBuilder().uniqueKey(Optional.empty()).build();
    Claimed first = claimed(unkeyed);
    NewTask second = run(first.task(), 2);
    apply(settle(first, TaskStatus.FAILED, second));
    Task failed = find(first.task().id());
    apply(observed(failed, pending(failed).toBuilder().detached(true).build()));
    Claimed retried = claim(1).get(0);
    NewTask third = run(first.task(), 3);

    assertThat(retried.task().id()).isEqualTo(failed.id());
    assertThat(apply(settle(retried, TaskStatus.SUCCESS, third))).isEqualTo(Applied.APPLIED);
    assertThat(status(failed.id())).isEqualTo(TaskStatus.SUCCESS);
    assertThat(store.find(third.id()).join()).isEmpty();
    assertThat(store.liveRun(failed.seriesId()).join()).map(Task::id).contains(second.id());
  }

  @Test
  void apply_revivalOntoAHeldKey_namesTheHolder() {
    Task failed = finished(KEYED, TaskStatus.FAILED);
    NewTask holder = task(KEYED);
    insert(holder);

    assertThat(apply(observed(failed, pending(failed))))
        .isEqualTo(new Applied.KeyHeld(holder.id()));
    assertThat(status(failed.id())).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void apply_revival_keepsItsPlaceAmongEquals() {
    Task failed = finished(SPEC, TaskStatus.FAILED);
    NewTask later = task(SPEC);
    insert(later);

    apply(observed(failed, pending(failed)));

    assertThat(claim(2)).extracting(c -> c.task().id()).containsExactly(failed.id(), later.id());
  }

  @Test
  void extend_claimThatIsOver() {
    Claimed claimed = claimed(SPEC);
    apply(settle(claimed, TaskStatus.SUCCESS));

    assertThat(store.extend(new LeaseExtension("w", List.of(claimed.token()), LEASE)).join())
        .containsExactly(Applied.STALE);
  }

  @Test
  void annotate_isNoChangeOfTheState() {
    Claimed claimed = claimed(SPEC);
    Notes notes = Notes.NONE.with(new Notes.Progress(0.5, "half"));

    assertThat(
            store
                .annotate(List.of(new Annotation(claimed.task().id(), claimed.token(), notes)))
                .join())
        .containsExactly(Applied.APPLIED);
    assertThat(find(claimed.task().id()).state().notes()).isEqualTo(notes);
    assertThat(find(claimed.task().id()).state().revision())
        .isEqualTo(claimed.task().state().revision());
  }

  @Test
  void annotate_tokenOfAnotherTask() {
    Claimed one = claimed(SPEC);
    Claimed other = claimed(SPEC);

    assertThat(
            store
                .annotate(List.of(new Annotation(one.task().id(), other.token(), Notes.NONE)))
                .join())
        .containsExactly(Applied.STALE);
  }

  @Test
  void delete_everyOutcome() {
    Task plain = finished(SPEC, TaskStatus.FAILED);
    Claimed running = claimed(SPEC);
    Claimed first = claimed(REPEATING);
    NewTask second = run(first.task(), 2);
    apply(settle(first, TaskStatus.SUCCESS, second));

    assertThat(
            store
                .delete(
                    List.of(
                        running.task().id(),
                        first.task().id(),
                        second.id(),
                        plain.id(),
                        plain.id()))
                .join())
        .containsExactly(
            DeleteOutcome.RUNNING,
            DeleteOutcome.SERIES_CONTINUES,
            DeleteOutcome.SERIES_ENDED,
            DeleteOutcome.DELETED,
            DeleteOutcome.NOT_FOUND);
  }

  @Test
  void delete_detachedRunOfASeries() {
    Task failed = finished(REPEATING, TaskStatus.FAILED);
    apply(observed(failed, pending(failed).toBuilder().detached(true).build()));

    assertThat(store.delete(List.of(failed.id())).join()).containsExactly(DeleteOutcome.DELETED);
  }
}
