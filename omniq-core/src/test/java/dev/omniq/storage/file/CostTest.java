package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import dev.omniq.task.NewTask;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What some thousand tasks cost, counted: no clock is asked. */
class CostTest {
  private static final int TASKS = 1_000;

  @TempDir private Path directory;
  private final ScriptedDisk disk = new ScriptedDisk();
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"), disk);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void insertAll() {
    get(
        fixture
            .store()
            .insert(IntStream.range(0, TASKS).mapToObj(i -> fixture.newTask()).toList()));
  }

  @Test
  void manyTasks_comeAndEnd_withOneForceEach_andAreClaimedWithout() {
    int before = disk.forces();
    insertAll();
    int inserted = disk.forces();
    List<Claimed> claimed = fixture.claim(TASKS);
    int afterClaim = disk.forces();
    get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));

    assertThat(claimed).hasSize(TASKS);
    assertThat(inserted - before).as("forces of an insert").isEqualTo(1);
    assertThat(afterClaim - inserted).as("forces of a claim").isZero();
    assertThat(disk.forces() - afterClaim).as("forces of a settlement").isEqualTo(1);
  }

  @Test
  void manyTasks_areOneWriteForEachStep() {
    get(fixture.store().stats()); // behind the line of the opening
    int before = disk.writes();
    insertAll();
    int inserted = disk.writes();
    List<Claimed> claimed = fixture.claim(TASKS);
    int afterClaim = disk.writes();
    get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));

    assertThat(inserted - before).as("writes of an insert").isEqualTo(1);
    assertThat(afterClaim - inserted).as("writes of a claim").isEqualTo(1);
    assertThat(disk.writes() - afterClaim).as("writes of a settlement").isEqualTo(1);
  }

  @Test
  void aTask_ofACallerThatWaits_isOneWriteAndOneForce() {
    get(fixture.store().stats());
    int writes = disk.writes();
    int forces = disk.forces();
    for (int i = 0; i < 100; i++) {
      get(fixture.store().insertByCaller(List.of(fixture.newTask())));
    }

    assertThat(disk.writes() - writes).isEqualTo(100);
    assertThat(disk.forces() - forces).isEqualTo(100);
  }

  @Test
  void claimedTasks_thatWereStoredLongAgo_areReadInFewReads() {
    insertAll();
    fixture.reopen();
    get(fixture.store().stats());
    int before = disk.reads();

    assertThat(fixture.claim(TASKS)).hasSize(TASKS);

    assertThat(disk.reads() - before).as("reads for " + TASKS + " tasks").isBetween(1, 20);
  }

  @Test
  void lifeOfATask_takesFewBytesOfTheHeap() {
    insertHere(); // the first ones load classes

    assertThat(insertHere()).as("bytes of the heap for an insert").isBetween(1L, 800L);
  }

  /** Inserts on this thread, which a thread of the store that still ends may delay: its bytes. */
  private long insertHere() {
    for (int i = 0; i < 1_000; i++) {
      List<NewTask> tasks = IntStream.range(0, TASKS).mapToObj(n -> fixture.newTask()).toList();
      long before = allocatedHere();
      boolean here = fixture.store().insertByCaller(tasks).isDone();
      long after = allocatedHere();
      if (here) {
        return (after - before) / TASKS;
      }
    }
    throw new AssertionError("the store's own threads did it all");
  }

  @Test
  void indexOfASegment_takesFewBytesOfTheHeap_forEachTask() throws IOException {
    for (int i = 0; i < 10; i++) {
      insertAll();
      List<Claimed> claimed = fixture.claim(TASKS);
      get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));
    }
    fixture.close();
    Layout layout = new Layout(directory.resolve("store"));
    try (DiskFile segment = disk.openToRead(layout.segment(1))) {
      SegmentIndex.build(disk, layout, 1, segment).close(); // the first one loads classes

      long before = allocatedHere();
      SegmentIndex.build(disk, layout, 1, segment).close();
      long bytes = (allocatedHere() - before) / (10 * TASKS);

      assertThat(bytes).as("bytes of the heap for a task").isBetween(1L, 4_500L);
    }
  }

  private static long allocatedHere() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void lifeOfATask_takesFewBytesOfTheJournal() throws IOException {
    long empty = bytes();
    insertAll();
    long inserted = bytes();
    List<Claimed> claimed = fixture.claim(TASKS);
    long claims = bytes();
    get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));
    long settled = bytes();

    assertThat((inserted - empty) / TASKS).as("bytes of an insert").isBetween(1L, 160L);
    assertThat((claims - inserted) / TASKS).as("bytes of a claim").isBetween(1L, 60L);
    assertThat((settled - claims) / TASKS).as("bytes of a settlement").isBetween(1L, 280L);
  }

  private long bytes() throws IOException {
    return fixture.written(1).length;
  }
}
