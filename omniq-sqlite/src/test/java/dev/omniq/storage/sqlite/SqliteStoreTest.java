package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file as it is used: by several at once, and by those who give something else for a file. */
class SqliteStoreTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofMinutes(10);

  @TempDir Path directory;

  private String url() {
    return "sqlite:" + directory.resolve("omniq.db");
  }

  // ---- several at once ----

  @Test
  void stores_onOneFile_runEachTaskOnce_andNobodySeesThatItWasBusy() {
    Set<TaskId> ran = ConcurrentHashMap.newKeySet();
    Set<TaskId> twice = ConcurrentHashMap.newKeySet();
    List<OmniQ> stores = new ArrayList<>();
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OmniQ store = OmniQ.open(url());
      stores.add(store);
      workers.add(
          store
              .worker()
              .concurrency(4)
              .handle(
                  WORK,
                  text -> {
                    if (!ran.add(TaskContext.current().taskId())) {
                      twice.add(TaskContext.current().taskId());
                    }
                  })
              .start());
    }
    List<CompletableFuture<TaskId>> enqueued =
        IntStream.range(0, 600)
            .mapToObj(
                n ->
                    stores.get(n % 3).async().enqueue(WORK.with("task " + n)).toCompletableFuture())
            .toList();
    for (CompletableFuture<TaskId> each : enqueued) {
      assertThat(stores.get(0).await(each.join(), PATIENCE)).isPresent();
    }
    workers.forEach(Worker::close);
    stores.forEach(OmniQ::close);

    assertThat(ran).hasSize(600);
    assertThat(twice).isEmpty();
  }

  @Test
  void worker_isWokenByAnotherStoresEnqueue() {
    try (OmniQ working = OmniQ.open(url());
        OmniQ other = OmniQ.open(url());
        Worker worker = working.worker().pollInterval(NEVER).handle(WORK, text -> {}).start()) {
      TaskId id = other.enqueue(WORK.with("x"));

      assertThat(other.await(id, PATIENCE)).isPresent();
    }
  }

  @Test
  void handler_isInterrupted_whenAnotherStoreCancelsItsTask() throws Exception {
    var started = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    try (OmniQ working = OmniQ.open(url());
        OmniQ other = OmniQ.open(url());
        Worker worker =
            working
                .worker()
                .lease(NEVER)
                .handle(
                    WORK,
                    text -> {
                      started.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                      }
                    })
                .start()) {
      TaskId id = other.enqueue(WORK.with("x").noTimeout());
      assertThat(started.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

      other.cancel(id);

      assertThat(interrupted.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(other.task(id)).map(task -> task.status()).contains(TaskStatus.CANCELLED);
    }
  }

  @Test
  void tenThatOpenAtOnce_migrateOnce() throws SQLException {
    List<CompletableFuture<OmniQ>> opening =
        IntStream.range(0, 10)
            .mapToObj(n -> CompletableFuture.supplyAsync(() -> OmniQ.open(url())))
            .toList();
    opening.forEach(each -> each.join().close());

    assertThat(ask("SELECT count(*) FROM omniq_schema")).isEqualTo("1");
  }

  @Test
  void tables_canBeBesideAProgramsOwn() throws SQLException {
    execute("CREATE TABLE shop (name TEXT)");
    execute("PRAGMA user_version = 42");
    try (OmniQ omniq = OmniQ.open(url())) {
      omniq.enqueue(WORK.with("x"));
    }

    assertThat(ask("PRAGMA user_version")).isEqualTo("42");
    assertThat(ask("SELECT count(*) FROM omniq_tasks WHERE status = 'PENDING'")).isEqualTo("1");
  }

  @Test
  void synchronous_isFull_unlessTheUrlSaysNormal() throws SQLException {
    assertThat(synchronous(SqliteFile.parse(url()))).isEqualTo("2");
    assertThat(synchronous(SqliteFile.parse(url() + "?synchronous=normal"))).isEqualTo("1");
  }

  private static String synchronous(SqliteFile file) throws SQLException {
    try (Connection connection = file.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA synchronous")) {
      row.next();
      return row.getString(1);
    }
  }

  // ---- what cannot be opened ----

  @Test
  void directory_isRefused() {
    assertThatThrownBy(() -> open("sqlite:" + directory))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is a directory");
  }

  @Test
  void missingDirectory_isRefused_andNotMade() {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> open("sqlite:" + missing.resolve("omniq.db")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("there is no directory")
        .hasMessageContaining("create it first");
    assertThat(missing).doesNotExist();
  }

  @Test
  void fileThatIsNoDatabase_isRefused_andLeftAsItIs() throws IOException {
    Path file = directory.resolve("letter.txt");
    Files.writeString(file, "Dear Ada, this is not a database. ".repeat(50));

    assertThatThrownBy(() -> open("sqlite:" + file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("letter.txt")
        .hasMessageContaining("not a database");
    assertThat(file).content().startsWith("Dear Ada");
  }

  @Test
  void schemaOfANewerLibrary_isRefused() throws SQLException {
    OmniQ.open(url()).close();
    execute("UPDATE omniq_schema SET version = 99");

    assertThatThrownBy(() -> open(url()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 99")
        .hasMessageContaining("newer library");
  }

  @Test
  void memory_isRefused_andTheOtherNameIsTold() {
    assertThatThrownBy(() -> open("sqlite::memory:"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("memory:");
  }

  @Test
  void unknownOption_isRefused_withThoseThatAreKnown() {
    assertThatThrownBy(() -> open(url() + "?synchronous=off"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("synchronous=off")
        .hasMessageContaining("synchronous=normal");
    assertThat(directory.resolve("omniq.db")).doesNotExist();
  }

  private static void open(String url) {
    SqliteStore.open(url, TimeSource.system()).close();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("omniq.db"));
  }
}
