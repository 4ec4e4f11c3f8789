package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairTest {
  @TempDir private Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  private Repair.Report repair() {
    return Repair.repair(fixture.directory, Disk.system(), fixture.time);
  }

  private List<Task> tasks() {
    try (FileStore store = fixture.openAnother()) {
      return get(store.list(TaskQuery.all().limit(TaskQuery.MAX_LIMIT)));
    }
  }

  private void damage(int segment, String near) throws IOException {
    Path file = new Layout(fixture.directory).segment(segment);
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(near);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void repair_ofAGroupInTheMiddle_savesTheOthersAndTellsWhatWasLost() throws IOException {
    TaskId first = fixture.insert();
    long start = fixture.written(1).length;
    TaskId second = fixture.insert();
    long end = fixture.written(1).length;
    TaskId third = fixture.insert();
    fixture.close();
    damage(1, second.toString());
    assertThatThrownBy(fixture::openAnother).isInstanceOf(StorageException.class);

    Repair.Report report = repair();

    assertThat(report.lost()).containsExactly(new Repair.Lost(1, start, end));
    assertThat(report.live()).isEqualTo(2);
    assertThat(tasks()).extracting(Task::id).containsExactly(third, first);
  }

  @Test
  void repair_keepsTheMarkOfAMove() throws IOException {
    var mark =
        new MoveMark(new UUID(1, 2), Role.SOURCE, Stage.COMPLETE, "sqlite:there", Instant.EPOCH);
    TaskId first = fixture.insert();
    fixture.insert();
    get(fixture.store().mark(Optional.empty(), Optional.of(mark)));
    fixture.close();
    damage(1, first.toString());

    repair();

    try (FileStore store = fixture.openAnother()) {
      assertThat(get(store.mark())).contains(mark);
    }
  }

  @Test
  void repair_leavesTheDamagedStoreAside() throws IOException {
    TaskId first = fixture.insert();
    fixture.insert();
    fixture.close();
    damage(1, first.toString());
    byte[] before = Files.readAllBytes(new Layout(fixture.directory).segment(1));

    Repair.Report report = repair();

    assertThat(Files.readAllBytes(new Layout(report.damaged()).segment(1))).isEqualTo(before);
  }

  @Test
  void repair_leavesOutWhatSpeaksOfALostTask() throws IOException {
    TaskId lost = fixture.insert();
    fixture.apply(fixture.success(fixture.claimOne()));
    TaskId other = fixture.insert();
    fixture.close();
    damage(1, lost.toString());

    Repair.Report report = repair();

    assertThat(report.unfitting()).isEqualTo(2);
    assertThat(tasks()).extracting(Task::id).containsExactly(other);
  }

  @Test
  void repair_ofALostSettlement_leavesTheTaskToRunAgain() throws IOException {
    TaskId id = fixture.insert();
    fixture.apply(fixture.success(fixture.claimOne()));
    fixture.insert();
    fixture.close();
    damage(1, "SUCCESS");

    repair();

    try (FileStore store = fixture.openAnother()) {
      assertThat(get(store.find(id))).get().extracting(Task::status).isEqualTo(TaskStatus.RUNNING);
      assertThat(get(store.expired(10))).hasSize(1);
    }
  }

  @Test
  void repair_withoutAManifest_takesAllSegmentsThatAreThere() throws IOException {
    fixture.segmentBytes(1_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }
    List<Task> before = fixture.all();
    fixture.close();
    byte[] manifest = Files.readAllBytes(new Layout(fixture.directory).manifest());
    Files.write(
        new Layout(fixture.directory).manifest(), Arrays.copyOf(manifest, manifest.length / 2));

    Repair.Report report = repair();

    assertThat(report.lost()).isEmpty();
    assertThat(tasks()).isEqualTo(before);
  }

  @Test
  void repair_ofAMissingSegment_savesTheOthers() throws IOException {
    fixture.segmentBytes(1_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }
    fixture.close();
    Files.delete(new Layout(fixture.directory).segment(2));

    Repair.Report report = repair();

    assertThat(report.lost()).containsExactly(new Repair.Lost(2, 0, 0));
    assertThat(tasks()).hasSizeBetween(10, 19);
  }

  @Test
  void repair_ofADirectoryWithoutAStore_isRefused() {
    fixture.close();

    assertThatThrownBy(
            () -> Repair.repair(directory.resolve("nothing"), Disk.system(), fixture.time))
        .isInstanceOf(StorageException.class);
  }
}
