package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.Transition;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aTask_fromItsInsertToItsEnd_isShownAsItStands() {
    TaskId id = fixture.insert();
    assertThat(fixture.find(id).status()).isEqualTo(TaskStatus.PENDING);

    Claimed claimed = fixture.claimOne();
    assertThat(fixture.find(id)).isEqualTo(claimed.task());
    assertThat(claimed.task().status()).isEqualTo(TaskStatus.RUNNING);

    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.APPLIED);
    assertThat(fixture.find(id).state().result()).contains("{\"ok\":true}");
    assertThat(fixture.find(id).state().revision()).isEqualTo(3);
  }

  @Test
  void reopen_showsWhatWasThere() {
    fixture.insert();
    fixture.insert(fixture.newTask(StoreFixture.recurring()));
    Claimed finished = fixture.claimOne();
    fixture.apply(fixture.success(finished));
    TaskId gone = fixture.insert();
    get(fixture.store().delete(List.of(gone)));
    TaskId revived = fixture.insert();
    fixture.apply(fixture.cancel(fixture.find(revived)));
    fixture.apply(fixture.retry(fixture.find(revived)));
    Claimed running = get(fixture.store().claim(fixture.request("other", 1))).get(0);
    annotate(running, "half way");
    List<Task> before = fixture.all();
    StoreStats counts = get(fixture.store().stats());

    fixture.reopen();

    assertThat(fixture.all()).isEqualTo(before).hasSize(3);
    assertThat(get(fixture.store().stats())).isEqualTo(counts);
  }

  private void annotate(Claimed claimed, String text) {
    Notes notes = Notes.NONE.with(new Notes.LogLine(fixture.time.now(), text));
    assertThat(
            get(
                fixture
                    .store()
                    .annotate(
                        List.of(new Annotation(claimed.task().id(), claimed.token(), notes)))))
        .containsExactly(Applied.APPLIED);
  }

  @Test
  void insert_ofAnIdThatIsFinished_namesIt() {
    NewTask task = fixture.newTask();
    fixture.insert(task);
    fixture.apply(fixture.success(fixture.claimOne()));
    fixture.reopen();

    assertThat(get(fixture.store().insert(List.of(task))))
        .containsExactly(new Inserted(task.id(), false));
  }

  @Test
  void claim_inTheOwnersProcess_isOverWhenTheOwnerIs() {
    fixture.insert();
    Claimed claimed = fixture.claimOne();

    fixture.reopen();

    List<ExpiredClaim> expired = get(fixture.store().expired(10));
    assertThat(expired).extracting(ExpiredClaim::token).containsExactly(claimed.token());
  }

  @Test
  void claim_inAnotherProcess_outlivesTheOwnerWithAWholeLease() {
    fixture.insert();
    Claimed claimed =
        StoreFixture.claim(fixture.store().remoteView(), fixture.request("remote", 1)).get(0);
    fixture.time.advance(StoreFixture.LEASE.minusSeconds(1));

    fixture.reopen();

    fixture.time.advance(StoreFixture.LEASE.minusSeconds(1));
    assertThat(get(fixture.store().expired(10))).isEmpty();
    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void claim_ofTheOwnersProcess_isOverAlsoAfterAnotherOwner() {
    fixture.insert();
    fixture.claimOne();
    fixture.reopen();
    fixture.reopen();

    assertThat(get(fixture.store().expired(10))).hasSize(1);
  }

  @Test
  void claim_repeatedAfterAReopen_givesTheSameTasks() {
    fixture.insert();
    fixture.insert();
    var request = fixture.request("remote", 1);
    List<Claimed> first = StoreFixture.claim(fixture.store().remoteView(), request);
    fixture.reopen();

    assertThat(StoreFixture.claim(fixture.store().remoteView(), request)).isEqualTo(first);
  }

  @Test
  void apply_byAHolderWhoseTokenIsNotTheClaims_isStale() {
    fixture.insert();
    Claimed claimed = fixture.claimOne();
    var stale = new Claimed(claimed.task(), claimed.token().plus(1));

    assertThat(fixture.apply(fixture.success(stale))).isEqualTo(Applied.STALE);
    assertThat(fixture.find(claimed.task().id())).isEqualTo(claimed.task());
  }

  @Test
  void apply_byAnObserverOfAnOlderRevision_isStale() {
    TaskId id = fixture.insert();
    Task seen = fixture.find(id);
    fixture.claimOne();

    assertThat(fixture.apply(fixture.cancel(seen))).isEqualTo(Applied.STALE);
  }

  private Transition rescue(ExpiredClaim expired) {
    return new Transition(
        expired.task().id(),
        new Transition.Expected.Rescuer(expired.token(), expired.extensions()),
        expired.task().state().toBuilder().status(TaskStatus.PENDING).losses(1).build(),
        Optional.empty());
  }

  @Test
  void apply_byARescuer_takesTheClaimAway() {
    fixture.insert();
    Claimed claimed = fixture.claimOne();
    fixture.time.advance(StoreFixture.LEASE);
    ExpiredClaim expired = get(fixture.store().expired(10)).get(0);

    assertThat(fixture.apply(rescue(expired))).isEqualTo(Applied.APPLIED);
    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.STALE);
  }

  @Test
  void apply_byARescuerAfterTheLeaseWasExtended_isStale() {
    fixture.insert();
    Claimed claimed = fixture.claimOne();
    fixture.time.advance(StoreFixture.LEASE);
    ExpiredClaim expired = get(fixture.store().expired(10)).get(0);
    get(
        fixture
            .store()
            .extend(new LeaseExtension("worker", List.of(claimed.token()), StoreFixture.LEASE)));

    assertThat(fixture.apply(rescue(expired))).isEqualTo(Applied.STALE);
  }

  @Test
  void apply_byARescuerWhoLookedUnderAnEarlierOwner_isStale() {
    fixture.insert();
    StoreFixture.claim(fixture.store().remoteView(), fixture.request("remote", 1));
    fixture.time.advance(StoreFixture.LEASE);
    ExpiredClaim expired = get(fixture.store().expired(10)).get(0);
    fixture.reopen();

    assertThat(fixture.apply(rescue(expired))).isEqualTo(Applied.STALE);
  }

  @Test
  void lease_whenTheWallClockJumps_holds() {
    fixture.insert();
    fixture.claimOne();

    fixture.time.jump(Duration.ofDays(400));

    assertThat(get(fixture.store().expired(10))).isEmpty();
  }

  private Transition successWithFollowUp(Claimed claimed) {
    Task task = claimed.task();
    NewTask next =
        new NewTask(
            TaskId.next(fixture.time.now()),
            task.spec(),
            dev.omniq.task.Due.now(),
            task.seriesId(),
            task.run() + 1);
    Transition end = fixture.success(claimed);
    return new Transition(end.id(), end.expected(), end.next(), Optional.of(next));
  }

  @Test
  void apply_withAFollowUp_leavesTheNextRunOfTheSeries() {
    TaskId first = fixture.insert(fixture.newTask(StoreFixture.recurring()));

    fixture.apply(successWithFollowUp(fixture.claimOne()));
    fixture.reopen();

    assertThat(get(fixture.store().liveRun(first)).orElseThrow().run()).isEqualTo(2);
  }

  @Test
  void apply_withAFollowUpWhoseSeriesLives_leavesTheFollowUpOut() {
    TaskId first = fixture.insert(fixture.newTask(StoreFixture.recurring()));
    fixture.apply(successWithFollowUp(fixture.claimOne()));
    Task done = fixture.find(first);
    TaskState again = TaskState.pending(fixture.time.now()).toBuilder().detached(true).build();
    assertThat(
            fixture.apply(
                new Transition(
                    first,
                    new Transition.Expected.Observer(done.state().revision()),
                    again,
                    Optional.empty())))
        .isEqualTo(Applied.APPLIED);
    List<Claimed> both = fixture.claim(2);
    Claimed detached =
        both.stream().filter(each -> each.task().id().equals(first)).findFirst().orElseThrow();

    assertThat(fixture.apply(successWithFollowUp(detached))).isEqualTo(Applied.APPLIED);

    assertThat(fixture.all()).hasSize(2);
  }

  @Test
  void apply_thatRevivesAKeyedTask_namesTheHolderOfTheKey() {
    TaskSpec keyed = TaskSpec.of("send", "[]").toBuilder().uniqueKey(Optional.of("key")).build();
    TaskId first = fixture.insert(fixture.newTask(keyed));
    fixture.apply(fixture.success(fixture.claimOne()));
    TaskId second = fixture.insert(fixture.newTask(keyed));

    assertThat(fixture.apply(fixture.retry(fixture.find(first))))
        .isEqualTo(new Applied.KeyHeld(second));
    assertThat(fixture.insert(fixture.newTask(keyed))).isEqualTo(second);
  }

  @Test
  void delete_tellsWhatBecameOfEachTask() {
    TaskId pending = fixture.insert();
    TaskId series = fixture.insert(fixture.newTask(StoreFixture.recurring()));
    TaskId unknown = TaskId.next(fixture.time.now());

    assertThat(get(fixture.store().delete(List.of(pending, series, unknown, pending))))
        .containsExactly(
            DeleteOutcome.DELETED,
            DeleteOutcome.SERIES_ENDED,
            DeleteOutcome.NOT_FOUND,
            DeleteOutcome.NOT_FOUND);
  }

  @Test
  void list_ofMoreThanAPage_isWholeAndInOrder() {
    var tasks = new ArrayList<NewTask>();
    for (int i = 0; i < 1_500; i++) {
      tasks.add(fixture.newTask());
    }
    get(fixture.store().insert(tasks));
    fixture.claim(700).forEach(claimed -> fixture.store().apply(List.of(fixture.success(claimed))));

    List<Task> listed = fixture.all();

    assertThat(listed)
        .extracting(Task::id)
        .containsExactlyElementsOf(
            tasks.stream().map(NewTask::id).sorted(java.util.Comparator.reverseOrder()).toList());
    assertThat(get(fixture.store().list(TaskQuery.all().status(TaskStatus.SUCCESS).limit(650))))
        .hasSize(650)
        .allMatch(task -> task.status() == TaskStatus.SUCCESS);
  }

  @Test
  void everyCall_afterTheClose_fails() {
    fixture.store().close();

    assertThatThrownBy(() -> get(fixture.store().insert(List.of(fixture.newTask()))))
        .cause()
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aTaskWithLargeArguments_readsBack() {
    String json = "[\"" + "x".repeat(900_000) + "\"]";
    TaskId id = fixture.insert(fixture.newTask(TaskSpec.of("send", json)));

    assertThat(fixture.claimOne().task().arguments()).isEqualTo(json);
    fixture.reopen();
    assertThat(fixture.find(id).arguments()).isEqualTo(json);
  }
}
