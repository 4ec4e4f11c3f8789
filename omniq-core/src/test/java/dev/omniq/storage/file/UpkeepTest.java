package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that are sealed, indexed and written anew under a store that is at work. */
class UpkeepTest {
  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture =
        new StoreFixture(directory.resolve("store"), new ScriptedDisk().withoutForces())
            .segmentBytes(2_000);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void compact() {
    get(fixture.store().compact());
  }

  /** Tasks in every state, spread over many segments. */
  private void mixture(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 120; i++) {
      fixture.insert(
          random.nextInt(5) == 0
              ? fixture.newTask(StoreFixture.recurring())
              : fixture.newTask(TaskSpec.of("send", "[" + i + "]")));
      fixture.time.advance(Duration.ofMillis(3));
      if (random.nextInt(3) == 0) {
        Claimed claimed = fixture.claimOne();
        switch (random.nextInt(4)) {
          case 0 -> annotate(claimed, "at work on " + i);
          case 1 -> fixture.apply(fixture.cancel(claimed.task()));
          default -> fixture.apply(fixture.success(claimed));
        }
      }
      if (random.nextInt(6) == 0) {
        List<Task> all = fixture.all();
        Task any = all.get(random.nextInt(all.size()));
        if (any.status().isFinished() && random.nextBoolean()) {
          fixture.apply(fixture.retry(any));
        } else {
          get(fixture.store().delete(List.of(any.id())));
        }
      }
    }
  }

  private void annotate(Claimed claimed, String text) {
    Notes notes = Notes.NONE.with(new Notes.LogLine(fixture.time.now(), text));
    get(
        fixture
            .store()
            .annotate(List.of(new Annotation(claimed.task().id(), claimed.token(), notes))));
  }

  @Test
  void compaction_changesNothingThatIsSeen() throws IOException {
    for (long seed = 1; seed <= 5; seed++) {
      mixture(seed);
      List<Task> tasks = fixture.all();
      StoreStats stats = get(fixture.store().stats());

      compact();

      assertThat(fixture.all()).as("seed %d", seed).isEqualTo(tasks);
      assertThat(get(fixture.store().stats())).isEqualTo(stats);
      fixture.reopen();
      assertThat(fixture.all()).as("seed %d, opened again", seed).isEqualTo(tasks);
      assertThat(get(fixture.store().stats())).isEqualTo(stats);
    }
  }

  @Test
  void reads_thatAreUnderWayWhileSegmentsAreReplaced_findTheirTasks() {
    mixture(8);
    List<Task> tasks = fixture.all();
    for (int round = 0; round < 10; round++) {
      CompletableFuture<Void> compaction = fixture.store().compact();
      List<CompletableFuture<Optional<Task>>> reads = new ArrayList<>();
      do {
        tasks.forEach(task -> reads.add(fixture.store().find(task.id())));
      } while (!compaction.isDone() && reads.size() < 20_000);
      get(compaction);
      reads.forEach(read -> assertThat(get(read)).isPresent());
    }
  }

  @Test
  void everyTask_afterACompaction_canBeFoundAndChanged() {
    mixture(7);
    compact();
    for (Task task : fixture.all()) {
      assertThat(fixture.find(task.id())).isEqualTo(task);
    }
    Task finished =
        fixture.all().stream()
            .filter(task -> task.status() == TaskStatus.SUCCESS)
            .findAny()
            .orElseThrow();

    fixture.apply(fixture.retry(finished));
    compact();

    assertThat(fixture.find(finished.id()).status()).isEqualTo(TaskStatus.PENDING);
    assertThat(fixture.find(finished.id()).arguments()).isEqualTo(finished.arguments());
  }

  @Test
  void claims_afterACompactionAndAReopen_areStillHeld() {
    fixture.insert();
    Claimed claimed =
        StoreFixture.claim(fixture.store().remoteView(), fixture.request("remote", 1)).get(0);
    mixtureOfOthers();
    compact();
    fixture.reopen();

    assertThat(fixture.find(claimed.task().id())).isEqualTo(claimed.task());
    fixture.time.advance(StoreFixture.LEASE);
    assertThat(get(fixture.store().expired(10)))
        .extracting(ExpiredClaim::token)
        .containsExactly(claimed.token());
    assertThat(fixture.apply(fixture.success(claimed)))
        .isEqualTo(dev.omniq.storage.Applied.APPLIED);
  }

  private void mixtureOfOthers() {
    var tasks = new ArrayList<NewTask>();
    for (int i = 0; i < 50; i++) {
      tasks.add(fixture.newTask());
    }
    tasks.forEach(fixture::insert);
  }

  @Test
  void compaction_leavesOutWhatIsGone() throws IOException {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ids.add(fixture.insert());
    }
    long before = bytes(); // later, the store may have compacted by itself already
    get(fixture.store().delete(ids));

    compact();

    assertThat(bytes()).isLessThan(before / 3);
    assertThat(fixture.all()).isEmpty();
  }

  private long bytes() throws IOException {
    long bytes = 0;
    try (var files = Files.list(fixture.directory)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Test
  void theStore_compactsByItselfWhenHalfIsOfNoUse() throws IOException {
    for (int round = 0; round < 30; round++) {
      List<TaskId> ids = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        ids.add(fixture.insert());
      }
      get(fixture.store().delete(ids));
    }
    get(fixture.store().upkeepIdle());

    assertThat(bytes()).isLessThan(60_000);
  }

  @Test
  void purge_removesWhatIsKeptLongEnough_alsoFromSealedSegments() {
    mixture(3);
    long live = fixture.all().stream().filter(task -> task.status().isLive()).count();
    fixture.time.advance(Duration.ofDays(2));
    TaskId fresh = fixture.insert();
    fixture.apply(fixture.success(claimOf(fresh)));

    int purged = 0;
    for (int now = -1; now != 0; purged += now) {
      now = get(fixture.store().purge(Retention.defaults(), 7));
    }

    assertThat(purged).isPositive();
    assertThat(fixture.all())
        .filteredOn(task -> task.status() == TaskStatus.SUCCESS)
        .extracting(Task::id)
        .containsExactly(fresh);
    assertThat(fixture.all()).filteredOn(task -> task.status().isLive()).hasSize((int) live);
  }

  private Claimed claimOf(TaskId id) {
    return fixture.claim(500).stream()
        .filter(claimed -> claimed.task().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void purge_ofTooMany_takesTheLowestIds() {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(fixture.insert());
      fixture.apply(fixture.success(fixture.claimOne()));
    }
    var keepTen = new Retention(Duration.ofDays(1), Duration.ofDays(1), 10);

    assertThat(get(fixture.store().purge(keepTen, 100))).isEqualTo(30);

    List<TaskId> newest = new ArrayList<>(ids.subList(30, 40));
    java.util.Collections.reverse(newest);
    assertThat(get(fixture.store().list(TaskQuery.all())))
        .extracting(Task::id)
        .containsExactlyElementsOf(newest);
  }
}
