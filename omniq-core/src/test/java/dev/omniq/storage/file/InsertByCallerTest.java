package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Inserted;
import dev.omniq.task.TaskId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller that waits anyway does the work itself, and harms nobody when it is interrupted. */
class InsertByCallerTest {
  @TempDir private Path directory;
  private final ScriptedDisk disk = new ScriptedDisk();
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"), disk);
    get(fixture.store().stats());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private CompletableFuture<List<Inserted>> insertByCaller() {
    return fixture.store().insertByCaller(List.of(fixture.newTask()));
  }

  @Test
  void insertByCaller_whenNobodyElseIsAtWork_isDoneWithOneForceWhenItReturns() {
    boolean done = false;
    for (int i = 0; i < 1_000 && !done; i++) { // a thread of the store may still end its last work
      int before = disk.forces();
      CompletableFuture<List<Inserted>> answer = insertByCaller();
      done = answer.isDone();
      get(answer);
      assertThat(disk.forces() - before).isEqualTo(1);
    }

    assertThat(done).isTrue();
  }

  @Test
  void insertByCaller_ofAnInterruptedCaller_storesAndLeavesTheStoreUsable() {
    Thread.currentThread().interrupt();
    CompletableFuture<List<Inserted>> answer = insertByCaller();
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();

    TaskId first = get(answer).get(0).id();
    TaskId second = fixture.insert();
    fixture.reopen();

    assertThat(fixture.find(first).id()).isEqualTo(first);
    assertThat(fixture.find(second).id()).isEqualTo(second);
  }

  @Test
  void insertByCaller_ofAnInterruptedCallerThatSealsASegment_goesOn() {
    fixture.segmentBytes(1);
    for (int i = 0; i < 5; i++) {
      Thread.currentThread().interrupt();
      insertByCaller();
      assertThat(Thread.interrupted()).isTrue();
    }

    assertThat(fixture.all()).hasSize(5);
  }

  @Test
  void insertByCaller_whileAForceIsUnderWay_sharesTheNextWriteAndForce()
      throws InterruptedException {
    ScriptedDisk.Gate gate = disk.closeGate();
    List<CompletableFuture<List<Inserted>>> answers = new ArrayList<>();
    answers.add(fixture.store().insert(List.of(fixture.newTask())));
    gate.awaitForce();
    int before = disk.forces();
    int writes = disk.writes();

    for (int i = 0; i < 10; i++) {
      answers.add(insertByCaller());
    }
    assertThat(answers).noneMatch(CompletableFuture::isDone);
    gate.open();
    answers.forEach(StoreFixture::get);

    assertThat(disk.forces() - before).as("the one under way, and the next").isEqualTo(2);
    assertThat(disk.writes() - writes).isEqualTo(1);
  }

  @Test
  void insertByCaller_ofMoreThanOneGroupTakes_whileAForceIsUnderWay_storesAll()
      throws InterruptedException {
    ScriptedDisk.Gate gate = disk.closeGate();
    List<CompletableFuture<List<Inserted>>> answers = new ArrayList<>();
    answers.add(fixture.store().insert(List.of(fixture.newTask())));
    gate.awaitForce();
    for (int i = 0; i < 2_500; i++) {
      answers.add(insertByCaller());
    }

    gate.open();

    answers.forEach(StoreFixture::get);
  }

  @Test
  void nextDueByCaller_whileAForceIsUnderWay_doesNotWaitForIt() throws InterruptedException {
    ScriptedDisk.Gate gate = disk.closeGate();
    CompletableFuture<List<Inserted>> insert = fixture.store().insert(List.of(fixture.newTask()));
    gate.awaitForce();

    CompletableFuture<Optional<Instant>> due =
        fixture.store().nextDueByCaller(fixture.request("w", 1));

    assertThat(due).succeedsWithin(Duration.ofSeconds(20));
    assertThat(insert).isNotDone();
    gate.open();
    assertThat(get(insert)).hasSize(1);
  }

  @Test
  void insertByCaller_whoseForceFails_tellsThatTheOutcomeIsUnknownAndGoesOn() {
    disk.failNextForce();

    assertThat(insertByCaller())
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(dev.omniq.task.OutcomeUnknownException.class);
    assertThat(get(insertByCaller())).hasSize(1);
  }

  @Test
  void insertByCaller_fromWithinAnAnswer_isCarriedOutByOthers() {
    CompletableFuture<List<Inserted>> inner =
        insertByCaller().thenCompose(outer -> insertByCaller());
    CompletableFuture<List<Inserted>> late =
        fixture.store().insert(List.of(fixture.newTask())).thenCompose(outer -> insertByCaller());

    assertThat(get(inner)).hasSize(1);
    assertThat(get(late)).hasSize(1);
    assertThat(fixture.all()).hasSize(4);
  }
}
