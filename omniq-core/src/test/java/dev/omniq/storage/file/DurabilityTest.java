package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.NewTask;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is promised of writes and forces, on a disk that does what the test says. */
class DurabilityTest {
  @TempDir private Path directory;
  private final ScriptedDisk disk = new ScriptedDisk();
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"), disk);
  }

  @AfterEach
  void close() {
    disk.openGate();
    fixture.close();
  }

  private CompletableFuture<List<Inserted>> insertLater(NewTask... tasks) {
    return fixture.store().insert(List.of(tasks));
  }

  @Test
  void mark_thatCannotBeWritten_doesNotStand() {
    var mark =
        new MoveMark(new UUID(1, 2), Role.SOURCE, Stage.COPYING, "sqlite:there", Instant.EPOCH);
    TaskId id = fixture.insert();
    disk.failRenames(true);

    assertThatThrownBy(() -> get(fixture.store().mark(Optional.empty(), Optional.of(mark))))
        .hasCauseInstanceOf(OmniQException.class);

    disk.failRenames(false);
    fixture.close();
    try (FileStore store = fixture.openAnother()) {
      assertThat(get(store.mark())).isEmpty();
      assertThat(get(store.find(id))).isPresent();
      assertThat(get(store.insert(List.of(fixture.newTask())))).hasSize(1);
    }
  }

  @Test
  void insert_isAnsweredAfterItsForceOnly() throws InterruptedException {
    ScriptedDisk.Gate gate = disk.closeGate();
    CompletableFuture<List<Inserted>> insert = insertLater(fixture.newTask());
    gate.awaitForce();

    assertThat(insert).isNotDone();
    gate.open();
    assertThat(get(insert)).hasSize(1);
  }

  @Test
  void inserts_thatArriveDuringAForce_shareTheNext() throws InterruptedException {
    ScriptedDisk.Gate gate = disk.closeGate();
    int before = disk.forces();
    var inserts = new ArrayList<CompletableFuture<?>>();
    inserts.add(insertLater(fixture.newTask()));
    gate.awaitForce();
    for (int i = 0; i < 500; i++) {
      inserts.add(insertLater(fixture.newTask()));
    }
    fixture.claim(1); // is behind them in the inbox: when it is answered, they are written
    gate.open();
    inserts.forEach(StoreFixture::get);

    assertThat(disk.forces() - before).isEqualTo(2);
  }

  @Test
  void claim_waitsForNoForce() throws InterruptedException {
    TaskId id = fixture.insert();
    ScriptedDisk.Gate gate = disk.closeGate();
    CompletableFuture<List<Inserted>> insert = insertLater(fixture.newTask());
    gate.awaitForce();

    assertThat(fixture.claimOne().task().id()).isEqualTo(id);
    assertThat(insert).isNotDone();
    gate.open();
    get(insert);
  }

  @Test
  void claim_forcesNothing() {
    fixture.insert();
    int before = disk.forces();

    fixture.claimOne();

    assertThat(disk.forces()).isEqualTo(before);
  }

  @Test
  void aFinishedTask_isNotShownBeforeItsForce() throws InterruptedException {
    TaskId id = fixture.insert();
    Claimed claimed = fixture.claimOne();
    ScriptedDisk.Gate gate = disk.closeGate();
    CompletableFuture<List<Applied>> settled =
        fixture.store().apply(List.of(fixture.success(claimed)));
    gate.awaitForce();

    CompletableFuture<Optional<Task>> found = fixture.store().find(id);
    CompletableFuture<?> counted = fixture.store().stats();
    CompletableFuture<?> changes = fixture.store().changes(0, 10);
    CompletableFuture<?> listed = fixture.store().list(dev.omniq.task.TaskQuery.all());
    get(fixture.store().workers()); // behind them in the inbox, and waits for no force

    assertThat(List.of(settled, found, counted, changes, listed))
        .noneMatch(CompletableFuture::isDone);
    gate.open();
    assertThat(get(found).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void insert_thatDoesNotFit_failsAloneAndChangesNothing() throws InterruptedException {
    NewTask large = fixture.newTask(TaskSpec.of("send", "[\"" + "x".repeat(5_000) + "\"]"));
    ScriptedDisk.Gate gate = disk.closeGate();
    CompletableFuture<?> first = insertLater(fixture.newTask());
    gate.awaitForce();
    // The one who forces waits, so what follows is taken as one batch or few; each fits but one.
    disk.free(2_000);
    NewTask small = fixture.newTask();
    NewTask last = fixture.newTask();
    var together = List.of(insertLater(small), insertLater(large), insertLater(last));
    gate.open();
    get(first);

    assertThat(get(together.get(0))).containsExactly(new Inserted(small.id(), true));
    assertThatThrownBy(() -> get(together.get(1)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("No space left on device");
    assertThat(get(together.get(2))).containsExactly(new Inserted(last.id(), true));
    assertThat(get(fixture.store().find(large.id()))).isEmpty();

    disk.free(Long.MAX_VALUE);
    List<Task> before = fixture.all();
    fixture.reopen();
    assertThat(fixture.all()).isEqualTo(before).hasSize(3);
  }

  @Test
  void claim_ofATaskWhereAWriteFailedBefore_givesThatTask() {
    disk.free(100);
    assertThatThrownBy(fixture::insert).cause().isExactlyInstanceOf(StorageException.class);
    disk.free(Long.MAX_VALUE);
    String large = "[\"" + "x".repeat(5_000) + "\"]";
    TaskId id = fixture.insert(fixture.newTask(TaskSpec.of("send", large)));

    Task claimed = fixture.claimOne().task();

    assertThat(claimed.id()).isEqualTo(id);
    assertThat(claimed.arguments()).isEqualTo(large);
  }

  @Test
  void claim_onAFullDisk_changesNothing() {
    TaskId id = fixture.insert();
    disk.free(10);

    assertThatThrownBy(() -> fixture.claim(1)).cause().isExactlyInstanceOf(StorageException.class);

    disk.free(Long.MAX_VALUE);
    assertThat(fixture.find(id).status()).isEqualTo(TaskStatus.PENDING);
    assertThat(fixture.claimOne().task().id()).isEqualTo(id);
  }

  @Test
  void settlement_onAFullDisk_changesNothingAndCanBeRepeated() {
    fixture.insert(fixture.newTask(StoreFixture.recurring()));
    Claimed claimed = fixture.claimOne();
    StoreStats stats = get(fixture.store().stats());
    disk.free(10);

    assertThatThrownBy(() -> fixture.apply(fixture.success(claimed)))
        .cause()
        .isExactlyInstanceOf(StorageException.class);

    disk.free(Long.MAX_VALUE);
    assertThat(fixture.find(claimed.task().id())).isEqualTo(claimed.task());
    assertThat(get(fixture.store().stats())).isEqualTo(stats);
    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.APPLIED);
    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.STALE);
  }

  @Test
  void write_thatFailedAndCannotBeCut_goesOnInAnotherSegment() {
    TaskId before = fixture.insert();
    disk.failNextWriteAtItsEnd();
    disk.failTruncates(true);
    assertThatThrownBy(fixture::insert).cause().isExactlyInstanceOf(StorageException.class);

    TaskId after = fixture.insert();
    disk.failTruncates(false);
    fixture.reopen();

    assertThat(fixture.all()).extracting(Task::id).containsExactly(after, before);
  }

  @Test
  void insert_whoseForceFails_isOfUnknownOutcomeAndNamesTheTasks() {
    fixture.insert();
    NewTask task = fixture.newTask();
    disk.failForces(true);
    // The copy of the segment is forced, too; this disk fails that as well, see below.
    CompletableFuture<List<Inserted>> insert = insertLater(task);

    assertThatThrownBy(() -> get(insert))
        .cause()
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            unknown -> assertThat(unknown.taskIds()).containsExactly(task.id()));
    disk.failForces(false);
  }

  @Test
  void everyCall_afterAForceThatFailedTwice_failsUntilTheStoreIsOpenedAgain() {
    TaskId before = fixture.insert();
    disk.failForces(true);
    assertThatThrownBy(fixture::insert).cause().isInstanceOf(OutcomeUnknownException.class);
    disk.failForces(false);

    assertThatThrownBy(fixture::insert)
        .cause()
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("opened again");
    fixture.reopen();
    assertThat(fixture.find(before).status()).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void calls_afterOneForceFailed_workOnInANewSegment() throws IOException {
    TaskId before = fixture.insert();
    Claimed claimed = fixture.claimOne();
    NewTask task = fixture.newTask();
    disk.failNextForce();

    assertThatThrownBy(() -> fixture.insert(task))
        .cause()
        .isInstanceOf(OutcomeUnknownException.class);

    assertThat(fixture.apply(fixture.success(claimed))).isEqualTo(Applied.APPLIED);
    fixture.insert(task); // safe to repeat: it is there once
    List<Task> all = fixture.all();
    assertThat(all).extracting(Task::id).containsExactly(task.id(), before);
    assertThat(disk.list(fixture.directory))
        .contains("journal-000002.jsonl")
        .doesNotContain("journal-000001.jsonl");
    fixture.reopen();
    assertThat(fixture.all()).isEqualTo(all);
  }

  @Test
  void claimsOfThisProcess_afterAForceFailed_holdOn() {
    fixture.insert();
    fixture.claimOne();
    disk.failNextForce();
    assertThatThrownBy(fixture::insert).cause().isInstanceOf(OutcomeUnknownException.class);

    assertThat(get(fixture.store().expired(10))).isEmpty();
  }

  @Test
  void roll_keepsEverything() {
    fixture.segmentBytes(2_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert(
          fixture.newTask(
              i % 3 == 0 ? StoreFixture.recurring() : TaskSpec.of("send", "[" + i + "]")));
    }
    fixture.claim(10).forEach(claimed -> fixture.apply(fixture.success(claimed)));
    List<Task> before = fixture.all();

    fixture.reopen();

    assertThat(fixture.all()).isEqualTo(before).hasSize(20);
  }

  @Test
  void aFailedForce_overATailThatIsDamaged_failsTheStoreRatherThanLosingWhatWasForced()
      throws IOException {
    fixture.insert();
    fixture.insert();
    Path tail = new Layout(fixture.directory).segment(1);
    byte[] bytes = Files.readAllBytes(tail);
    bytes[fixture.written(1).length / 2] ^= 1;
    Files.write(tail, bytes);
    disk.failNextForce();
    assertThatThrownBy(fixture::insert).cause().isInstanceOf(OutcomeUnknownException.class);

    assertThatThrownBy(fixture::insert)
        .cause()
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("damaged");
    assertThat(tail).exists();
  }

  @Test
  void aTail_whoseForceFailed_isNeitherForcedNorWrittenAgain() throws IOException {
    Path other = Files.createDirectories(directory.resolve("journal"));
    try (Journal journal = Journal.open(disk, new Layout(other))) {
      journal.startAt(0);
      var group = new JsonBuffer();
      LineWriter.open(group, 1, fixture.time.now());
      journal.append(group, 1);
      disk.failNextForce();
      assertThatThrownBy(journal::force).isInstanceOf(IOException.class);

      assertThatThrownBy(journal::force).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> journal.append(group, 1)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void roll_whoseManifestCannotBeWritten_losesNothing() {
    fixture.segmentBytes(500);
    TaskId first = fixture.insert();
    disk.failRenames(true);
    for (int i = 0; i < 5; i++) {
      try {
        fixture.insert();
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(dev.omniq.task.OmniQException.class);
      }
    }
    disk.failRenames(false);

    fixture.reopen();

    assertThat(fixture.find(first).status()).isEqualTo(TaskStatus.PENDING);
  }
}
