package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.testkit.ManualClock;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFileStoreTest {
  private static final SharedStoreOptions OPTIONS = SharedStoreOptions.defaults();

  @TempDir Path directory;

  // ---- one store for all of a process ----

  @Test
  void directory_thatIsOpenedTwice_isOneStore() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), home("store"));
    try (TaskStore one = open(home("store"));
        TaskStore other = open(link)) {
      TaskId id = insert(one);

      assertThat(get(other.find(id))).isPresent();
    }
  }

  @Test
  void closing_ofOne_leavesTheOtherItsStore() {
    TaskStore one = open(directory);
    try (TaskStore other = open(directory)) {
      one.close();

      assertThatThrownBy(() -> insert(one)).hasCauseInstanceOf(StorageException.class);
      assertThat(get(other.find(insert(other)))).isPresent();
    }
  }

  @Test
  void closing_ofTheLast_givesTheDirectoryBack() throws Exception {
    TaskId id;
    try (TaskStore store = open(directory)) {
      id = insert(store);
    }
    try (var other = StoreProcess.start(directory)) {
      assertThat(other.ask("count", "count")).isEqualTo("1");
      other.finish();
    }
    try (TaskStore store = open(directory)) {
      assertThat(get(store.find(id))).isPresent();
    }
  }

  @Test
  void wakeUps_endWithTheirStore() {
    try (TaskStore other = open(directory)) {
      TaskStore one = open(directory);
      var woken = new CompletableFuture<Boolean>();
      ((WakeUps) one).subscribe(listener(woken));
      one.close();

      insert(other);

      assertThat(woken).isNotDone();
    }
  }

  @Test
  void wakeUps_areTold() {
    try (TaskStore store = open(directory)) {
      var woken = new CompletableFuture<Boolean>();
      ((WakeUps) store).subscribe(listener(woken));

      insert(store);

      assertThat(get(woken)).isTrue();
    }
  }

  private static WakeUps.Listener listener(CompletableFuture<Boolean> due) {
    return new WakeUps.Listener() {
      @Override
      public void due() {
        due.complete(true);
      }

      @Override
      public void revoked(List<ClaimToken> tokens) {}
    };
  }

  // ---- the socket ----

  @Test
  void socket_isForItsUserOnly_andLeavesNothing() throws Exception {
    try (TaskStore store = open(directory)) {
      insert(store);
      assertThat(PosixFilePermissions.toString(permissions("omniq.sock"))).isEqualTo("rw-------");
      assertThat(directory.resolve(".omniq")).doesNotExist();
    }
    assertThat(directory.resolve("omniq.sock")).doesNotExist();
  }

  private Set<PosixFilePermission> permissions(String name) throws Exception {
    return Files.getPosixFilePermissions(directory.resolve(name));
  }

  @Test
  void socket_ofAnOwnerThatWasKilled_isReplaced() throws Exception {
    try (var killed = StoreProcess.start(directory)) {
      killed.kill();
    }
    assertThat(directory.resolve("omniq.sock")).exists();

    try (TaskStore store = open(directory);
        var other = StoreProcess.start(directory)) {
      insert(store);
      assertThat(other.ask("count", "count")).isEqualTo("1");
    }
  }

  @Test
  void directory_withALongPath_hasItsSocketElsewhere() throws Exception {
    Path deep = home("a-long-name-".repeat(15));
    Path socket;
    try (TaskStore store = open(deep);
        var other = StoreProcess.start(deep)) {
      socket = new Door(deep).find().getPath();
      assertThat(socket).exists().isNotEqualTo(deep.resolve("omniq.sock"));
      insert(store);
      assertThat(other.ask("count", "count")).isEqualTo("1");
      other.finish();
    }
    assertThat(socket).doesNotExist();
    assertThat(socket.getParent()).doesNotExist();
    assertThat(deep.resolve("omniq.sock.path")).doesNotExist();
  }

  @Test
  void socketElsewhere_ofAnOwnerThatWasKilled_isRemoved() throws Exception {
    Path deep = home("a-long-name-".repeat(15));
    try (var killed = StoreProcess.start(deep)) {
      killed.kill();
    }
    Path left = new Door(deep).find().getPath();
    assertThat(left).exists();

    try (TaskStore store = open(deep);
        SocketChannel channel = SocketChannel.open(new Door(deep).find())) {
      insert(store);
      assertThat(channel.isConnected()).isTrue();
      assertThat(left.getParent()).doesNotExist();
    }
  }

  @Test
  void directory_thatCannotHoldASocket_hasItElsewhere() throws Exception {
    Files.createFile(directory.resolve(".omniq")); // where the socket would be made

    try (TaskStore store = open(directory);
        var other = StoreProcess.start(directory)) {
      assertThat(directory.resolve("omniq.sock")).doesNotExist();
      insert(store);
      assertThat(other.ask("count", "count")).isEqualTo("1");
    }
  }

  // ---- what cannot be used ----

  @Test
  void file_insteadOfADirectory_isRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is a file");
  }

  @Test
  void directoryWithoutPermissions_isRefused_toWhomTheyBind() throws Exception {
    Path closed = home("closed");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      if (Files.isReadable(closed)) { // no permission binds the superuser
        open(closed).close();
        assertThat(closed.resolve("MANIFEST")).exists();
      } else {
        assertThatThrownBy(() -> open(closed))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining(closed.toString())
            .hasMessageContaining("permission");
      }
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void damagedStore_isRefused_andTheLockGivenBack() throws Exception {
    open(directory).close();
    Files.writeString(directory.resolve("MANIFEST"), "nonsense");

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> open(directory))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("MANIFEST");
    }
  }

  @Test
  void ownerThatDoesNotAnswer_isWaitedForWithPatienceOnly() {
    ManualClock clock = ManualClock.startingAt(Instant.parse("2026-11-23T12:00:00Z"));
    var options =
        OPTIONS.file(FileStoreOptions.defaults().time(clock)).patience(Duration.ofMinutes(10));
    // As another copy of the library in this process would say that it is the owner.
    String property = "dev.omniq.owns:" + real();
    System.setProperty(property, "true");
    try {
      CompletableFuture<TaskStore> opening =
          CompletableFuture.supplyAsync(() -> SharedFileStore.open(directory, options));
      clock.advance(Duration.ofMinutes(1));
      assertThat(opening).isNotDone();
      advanceUntilDone(clock, opening);

      assertThatThrownBy(() -> get(opening))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StorageException.class)
          .hasMessageContaining("has not answered for 600 s");
    } finally {
      System.clearProperty(property);
    }
  }

  /** The opening may not have begun to wait when the clock is advanced for the first time. */
  private static void advanceUntilDone(ManualClock clock, CompletableFuture<?> opening) {
    while (!opening.isDone()) {
      clock.advance(Duration.ofMinutes(10));
      opening
          .handle((store, failure) -> true)
          .completeOnTimeout(false, 50, TimeUnit.MILLISECONDS)
          .join();
    }
  }

  private Path real() {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- helpers ----

  private Path home(String name) throws Exception {
    return Files.createDirectories(directory.resolve(name));
  }

  private static TaskStore open(Path directory) {
    return SharedFileStore.open(directory, OPTIONS);
  }

  private static TaskId insert(TaskStore store) {
    TaskId id = TaskId.next(store.now());
    get(store.insert(List.of(NewTask.first(id, TaskSpec.of("work", "[]"), Due.now()))));
    return id;
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(30, TimeUnit.SECONDS).join();
  }
}
