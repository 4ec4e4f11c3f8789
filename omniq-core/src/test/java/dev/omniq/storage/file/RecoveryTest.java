package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store makes of files that a process left which died, or that a disk has spoiled. */
class RecoveryTest {
  @TempDir private Path directory;
  private StoreFixture fixture;
  private int copies;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** Changes the bytes of a file. */
  private interface Change {
    byte[] change(byte[] bytes);
  }

  /** The directory as it is on the disk now, as after the death of the process. */
  private Path copy(int segment, Change change) {
    Path copy = directory.resolve("copy-" + ++copies);
    try (var files = Files.list(fixture.directory)) {
      Files.createDirectories(copy);
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.equals("MANIFEST") || Layout.segmentNumber(name).isPresent()) {
          Files.copy(file, copy.resolve(name)); // indexes are derived, and come and go
        }
      }
      Path journal = new Layout(copy).segment(segment);
      byte[] written = StoreFixture.withoutRoom(Files.readAllBytes(journal));
      Files.write(journal, change.change(written));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Task> tasksIn(Path copy) {
    try (FileStore store = openCopy(copy)) {
      return get(store.list(TaskQuery.all().limit(TaskQuery.MAX_LIMIT)));
    }
  }

  private FileStore openCopy(Path copy) {
    return FileStore.open(
        copy,
        FileStoreOptions.defaults().disk(new ScriptedDisk().withoutForces()).time(fixture.time));
  }

  private long size() throws IOException {
    return fixture.written(1).length;
  }

  @Test
  void reopen_afterTheDeathOfTheProcess_showsWhatWasAcknowledged() {
    fixture.insert();
    fixture.insert();
    fixture.apply(fixture.success(fixture.claimOne()));

    assertThat(tasksIn(copy(1, bytes -> bytes))).isEqualTo(fixture.all());
  }

  @Test
  void aGroup_tornAtAnyByte_countsAsAWholeOrNotAtAll() throws IOException {
    fixture.insert();
    List<Task> before = fixture.all();
    int start = (int) size();
    get(fixture.store().insert(List.of(fixture.newTask(), fixture.newTask())));
    int end = (int) size();

    for (int cut = start; cut < end; cut++) {
      int length = cut;
      assertThat(tasksIn(copy(1, bytes -> Arrays.copyOf(bytes, length))))
          .as("torn at byte %d of %d to %d", cut, start, end)
          .isEqualTo(before);
    }
  }

  @Test
  void aGroup_writtenOverRoom_tornAtAnyByte_countsAsAWholeOrNotAtAll() throws IOException {
    fixture.insert();
    List<Task> before = fixture.all();
    int start = (int) size();
    get(fixture.store().insert(List.of(fixture.newTask(), fixture.newTask())));
    int end = (int) size();

    for (int cut = start; cut < end - 1; cut += 5) { // the last byte is as it was
      int from = cut;
      assertThat(
              tasksIn(
                  copy(
                      1,
                      bytes -> {
                        Arrays.fill(bytes, from, end, (byte) '\n');
                        return bytes;
                      })))
          .as("torn at byte %d of %d to %d", cut, start, end)
          .isEqualTo(before);
    }
  }

  @Test
  void aSettlement_tornAtAnyByte_leavesTheRunOrItsFollowUpButNeverNeither() throws IOException {
    TaskId series = fixture.insert(fixture.newTask(StoreFixture.recurring()));
    Claimed claimed = fixture.claimOne();
    int start = (int) size();
    Task task = claimed.task();
    Transition end = fixture.success(claimed);
    NewTask next =
        new NewTask(TaskId.next(fixture.time.now()), task.spec(), Due.now(), task.seriesId(), 2);
    fixture.apply(new Transition(end.id(), end.expected(), end.next(), Optional.of(next)));
    int whole = (int) size();

    for (int cut = start; cut <= whole; cut++) {
      int length = cut;
      try (FileStore store = openCopy(copy(1, bytes -> Arrays.copyOf(bytes, length)))) {
        assertThat(get(store.liveRun(series)).map(Task::run))
            .as("torn at byte %d of %d to %d", cut, start, whole)
            .contains(cut == whole ? 2 : 1);
      }
    }
  }

  @Test
  void aTornTail_isCutBeforeAnythingIsAppended() throws IOException {
    fixture.insert();
    fixture.insert();
    Path copy = copy(1, bytes -> Arrays.copyOf(bytes, bytes.length - 1));

    tasksIn(copy);
    String text = Files.readString(new Layout(copy).segment(2)); // the tail was written anew

    assertThat(text.lines().filter(line -> line.contains("\"op\":\"add\""))).hasSize(1);
    assertThat(text.lines().filter(line -> line.contains("\"op\":\"open\""))).hasSize(2);
    assertThat(tasksIn(copy)).hasSize(1);
  }

  @Test
  void anyByteBelowAForcedOffset_flipped_isDamageAndSaysWhereAndWhatToDo() throws IOException {
    fixture.insert();
    int start = (int) size();
    fixture.insert();
    int end = (int) size();
    fixture.insert();

    for (int at = start; at < end; at++) {
      int flipped = at;
      Path copy =
          copy(
              1,
              bytes -> {
                bytes[flipped] ^= 0x20;
                return bytes;
              });
      assertThatThrownBy(() -> openCopy(copy))
          .as("byte %d flipped", at)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("segment 1")
          .hasMessageContaining("offset " + start)
          .hasMessageContaining("omniq repair");
    }
  }

  @Test
  void damage_thatIsRefused_changesNoFile() throws IOException {
    fixture.insert();
    fixture.insert();
    fixture.insert();
    Path copy =
        copy(
            1,
            bytes -> {
              bytes[bytes.length / 2] ^= 1;
              return bytes;
            });
    byte[] before = Files.readAllBytes(new Layout(copy).segment(1));

    assertThatThrownBy(() -> openCopy(copy)).isInstanceOf(StorageException.class);

    assertThat(Files.readAllBytes(new Layout(copy).segment(1))).isEqualTo(before);
  }

  @Test
  void aFlippedByteInTheLastGroup_isATornTail() throws IOException {
    fixture.insert();
    List<Task> before = fixture.all();
    int start = (int) size();
    fixture.insert();
    int end = (int) size();

    for (int at = start; at < end; at += 7) {
      int flipped = at;
      assertThat(
              tasksIn(
                  copy(
                      1,
                      bytes -> {
                        bytes[flipped] ^= 0x01;
                        return bytes;
                      })))
          .as("byte %d flipped", at)
          .isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, '\n'})
  void anUnforcedPage_lostWhileLaterOnesWereKept_cutsTheTailThere(byte found) throws IOException {
    fixture.insert();
    List<Task> before = fixture.all();
    int start = (int) size();
    var disk = new ScriptedDisk();
    fixture.close();
    fixture = new StoreFixture(fixture.directory, disk);
    ScriptedDisk.Gate gate = disk.closeGate();
    var inserts = new ArrayList<java.util.concurrent.CompletableFuture<?>>();
    String wide = "[\"" + "x".repeat(6_000) + "\"]";
    for (int i = 0; i < 4; i++) {
      inserts.add(fixture.store().insert(List.of(fixture.newTask(TaskSpec.of("send", wide)))));
      get(fixture.store().workers()); // in a group of its own
    }
    int page = (start + 4096 + 4096) & -4096;

    Path copy =
        copy(
            1,
            bytes -> {
              Arrays.fill(bytes, page, page + 4096, found);
              return bytes;
            });
    gate.open();
    List<Task> tasks = tasksIn(copy);

    assertThat(tasks.size()).isBetween(1, 2);
    assertThat(tasks).containsAll(before);
    inserts.forEach(StoreFixture::get);
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, '\n'})
  void aPageBelowAForcedOffset_lost_isDamage(byte found) throws IOException {
    String wide = "[\"" + "x".repeat(6_000) + "\"]";
    for (int i = 0; i < 4; i++) {
      fixture.insert(fixture.newTask(TaskSpec.of("send", wide)));
    }
    Path copy =
        copy(
            1,
            bytes -> {
              Arrays.fill(bytes, 4096, 8192, found);
              return bytes;
            });

    assertThatThrownBy(() -> openCopy(copy)).isInstanceOf(StorageException.class);
  }

  @Test
  void aSealedSegment_cutAtItsEnd_isDamage() {
    fixture.segmentBytes(1_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }

    assertThatThrownBy(() -> openCopy(copy(2, bytes -> Arrays.copyOf(bytes, bytes.length - 1))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("segment 2")
        .hasMessageContaining("omniq repair");
  }

  @Test
  void aSegmentOfTheManifest_missing_isDamage() throws IOException {
    fixture.segmentBytes(1_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }
    Path copy = copy(1, bytes -> bytes);
    Files.delete(new Layout(copy).segment(2));

    assertThatThrownBy(() -> openCopy(copy))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("journal-000002.jsonl is missing");
  }

  @Test
  void theManifest_missingBesideAJournal_isDamage() throws IOException {
    fixture.insert();
    Path copy = copy(1, bytes -> bytes);
    Files.delete(new Layout(copy).manifest());

    assertThatThrownBy(() -> openCopy(copy))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("MANIFEST is missing");
  }

  @Test
  void theManifest_spoiled_isDamage() throws IOException {
    Path copy = copy(1, bytes -> bytes);
    byte[] manifest = Files.readAllBytes(new Layout(copy).manifest());
    manifest[12] ^= 1;
    Files.write(new Layout(copy).manifest(), manifest);

    assertThatThrownBy(() -> openCopy(copy))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("MANIFEST is damaged");
  }

  @Test
  void aStore_ofANewerFormat_isRefused() throws IOException {
    Path copy = copy(1, bytes -> bytes);
    var out = new JsonBuffer();
    out.put("{\"format\":3,\"owner\":\"new\"}\n".getBytes(StandardCharsets.UTF_8));
    GroupFormat.seal(out, 0, 1, 0);
    Files.write(new Layout(copy).manifest(), Arrays.copyOf(out.array(), out.size()));

    assertThatThrownBy(() -> openCopy(copy))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("newer version")
        .hasMessageContaining("format 3");
  }

  @Test
  void aDeathBetweenTheFirstFileAndTheManifest_leavesANewStore() throws IOException {
    Path copy = Files.createDirectories(directory.resolve("fresh"));
    Files.createFile(new Layout(copy).segment(1));

    assertThat(tasksIn(copy)).isEmpty();
  }

  @Test
  void segments_thatTheManifestDoesNotName_areDeleted() throws IOException {
    TaskId id = fixture.insert();
    Path copy = copy(1, bytes -> bytes);
    Files.writeString(new Layout(copy).segment(7), "half a line");

    assertThat(tasksIn(copy)).extracting(Task::id).containsExactly(id);
    assertThat(new Layout(copy).segment(7)).doesNotExist();
  }

  @Test
  void aFile_inPlaceOfTheDirectory_isRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThatThrownBy(() -> openCopy(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is a file");
    assertThatThrownBy(() -> openCopy(file.resolve("below")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file + " is a file");
  }

  @Test
  void networkFileSystems_areKnownByTheirTypes() {
    assertThat(List.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "NFS"))
        .allMatch(SystemDisk::isNetwork);
    assertThat(List.of("ext4", "xfs", "btrfs", "tmpfs", "overlay", "apfs", "NTFS", "zfs"))
        .noneMatch(SystemDisk::isNetwork);
  }

  @Test
  void aRunningTask_afterTheDeathOfItsProcess_isShownRunningUntilSomebodyTakesItBack() {
    fixture.insert();
    Claimed claimed = fixture.claimOne();

    try (FileStore store = openCopy(copy(1, bytes -> bytes))) {
      assertThat(get(store.find(claimed.task().id())))
          .contains(claimed.task())
          .get()
          .extracting(Task::status)
          .isEqualTo(TaskStatus.RUNNING);
      assertThat(get(store.expired(1))).hasSize(1);
      assertThat(get(store.apply(List.of(fixture.success(claimed)))))
          .containsExactly(Applied.APPLIED);
    }
  }
}
