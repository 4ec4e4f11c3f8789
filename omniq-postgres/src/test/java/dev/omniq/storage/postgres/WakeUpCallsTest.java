package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.testkit.ManualClock;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;

/** When a process calls the others, heard by one that only listens. */
class WakeUpCallsTest {
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final Duration GRACE = Duration.ofMillis(1);
  private static final int PATIENCE_MILLIS = 60_000;
  private static final String END = "end";

  private final String schema = Server.newSchema();
  private final String channel = new Schema(schema).channel();
  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
  private final AtomicInteger connections = new AtomicInteger();
  private Connection ear;
  private JdbcStore store;

  @BeforeEach
  void open() throws SQLException {
    store = store(Server.url());
    ear = Server.connect();
    execute(ear, "LISTEN " + channel);
    insert(task()); // the lane is known from here on
    endPause();
    heard();
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    ear.close();
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  private JdbcStore store(String url) {
    var source =
        new PGSimpleDataSource() {
          @Override
          public Connection getConnection() throws SQLException {
            connections.incrementAndGet();
            return super.getConnection();
          }
        };
    source.setUrl(url);
    return PostgresStore.open(source, PostgresOptions.defaults().schema(schema), clock);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private NewTask task() {
    return NewTask.first(TaskId.next(clock.now()), TaskSpec.of("known", "[]"), Due.now());
  }

  private void insert(NewTask... tasks) {
    store.insert(List.of(tasks)).join();
  }

  private void endPause() {
    clock.advance(PAUSE.plus(GRACE));
    awaitSent(store);
  }

  /** What is sent apart comes before what is asked next on the same lane. */
  private void awaitSent(JdbcStore by) {
    by.delete(List.of(TaskId.next(clock.now()))).join();
  }

  /** In how many transactions a task is stored and others are called. */
  private int transactionsOfInsert() {
    int before = connections.get();
    insert(task());
    awaitSent(store);
    return connections.get() - before - 1;
  }

  /** How many calls there were since the last time. */
  private long heard() throws SQLException {
    Server.execute("NOTIFY " + channel + ", '" + END + "'");
    long calls = 0;
    while (true) {
      PGNotification[] some = ear.unwrap(PGConnection.class).getNotifications(PATIENCE_MILLIS);
      assertThat(some).isNotEmpty();
      for (PGNotification each : some) {
        if (each.getParameter().equals(END)) {
          return calls;
        }
        calls++;
      }
    }
  }

  @Test
  void insert_ofOneTask_callsWithItsCommit() throws SQLException {
    assertThat(transactionsOfInsert()).isEqualTo(1);
    assertThat(heard()).isEqualTo(1);
    endPause();
    assertThat(heard()).isZero();
  }

  @Test
  void insert_ofManyTasks_callsOnce() throws SQLException {
    insert(Stream.generate(this::task).limit(100).toArray(NewTask[]::new));
    endPause();

    assertThat(heard()).isEqualTo(1);
  }

  @Test
  void insertsInAPause_callOnce_aMomentAfterItsEnd() throws SQLException {
    insert(task());
    assertThat(heard()).isEqualTo(1);

    insert(task());
    insert(task());
    assertThat(heard()).isZero();

    clock.advance(PAUSE);
    awaitSent(store);
    assertThat(heard()).isZero();

    clock.advance(GRACE);
    awaitSent(store);
    assertThat(heard()).isEqualTo(1);
  }

  @Test
  void insertAfterAPause_callsWithItsCommit_forThoseInThePauseToo() throws SQLException {
    insert(task());
    insert(task());
    clock.advance(PAUSE);
    heard();

    assertThat(transactionsOfInsert()).isEqualTo(1);
    assertThat(heard()).isEqualTo(1);
    clock.advance(Duration.ofMillis(20));
    awaitSent(store);
    assertThat(heard()).isZero();
  }

  @Test
  void close_callsForThoseOfWhichOthersDoNotKnow() throws SQLException {
    insert(task());
    insert(task());
    assertThat(heard()).isEqualTo(1);

    store.close();

    assertThat(heard()).isEqualTo(1);
  }

  @Test
  void insertAfterAPause_thatIsRefused_callsApartForThoseInThePause() throws SQLException {
    insert(task());
    insert(task());
    clock.advance(PAUSE);
    heard();
    refuse(task());

    awaitSent(store);
    assertThat(heard()).isEqualTo(1);
  }

  /** The database refuses a task. */
  private void refuse(NewTask task) throws SQLException {
    Server.execute("ALTER TABLE " + schema + ".ready ADD CHECK (lane < 0) NOT VALID");
    assertThat(store.insert(List.of(task)).handle((answer, failure) -> failure).join()).isNotNull();
    Server.execute("ALTER TABLE " + schema + ".ready DROP CONSTRAINT ready_lane_check");
  }

  @Test
  void tasks_areManyAndThenFew_callAtTheEndOfLongPauses_andThenWithTheirCommitsAgain()
      throws SQLException {
    insert(task());
    for (int millis : List.of(1, 2, 4, 8, 8)) {
      assertThat(callsWhenAPauseEnds(5, millis)).as("many, after %d ms", millis).isEqualTo(1);
    }
    for (int millis : List.of(8, 4, 2)) {
      assertThat(callsWhenAPauseEnds(1, millis)).as("one, after %d ms", millis).isEqualTo(1);
    }
    endPause();

    assertThat(transactionsOfInsert()).isEqualTo(1);
  }

  private long callsWhenAPauseEnds(int tasks, int millis) throws SQLException {
    heard();
    insert(Stream.generate(this::task).limit(tasks).toArray(NewTask[]::new));
    clock.advance(Duration.ofMillis(millis).plus(GRACE).minusNanos(1));
    awaitSent(store);
    assertThat(heard()).as("calls before the end of a pause of %d ms", millis).isZero();
    clock.advance(Duration.ofNanos(1));
    awaitSent(store);
    return heard();
  }

  @Test
  void insert_ofWhatIsThere_callsNobody() throws SQLException {
    NewTask known = task();
    insert(known);
    endPause();
    heard();

    insert(known);
    endPause();
    insert(known, known);
    awaitSent(store);

    assertThat(heard()).isZero();
  }

  @Test
  void insert_thatIsRefused_endsItsTurn() throws SQLException {
    refuse(task());
    assertThat(heard()).isZero();

    insert(task());

    assertThat(heard()).isEqualTo(1);
  }

  @Test
  void insert_whileAnotherProcessCallsWithItsCommit_callsApart_andSoForASecond()
      throws SQLException {
    try (Connection other = Server.connect()) {
      execute(other, "SELECT pg_advisory_lock(hashtextextended('omniq', 20261128))");

      assertThat(transactionsOfInsert()).isEqualTo(2);
      assertThat(heard()).isEqualTo(1);
    }
    endPause();
    assertThat(transactionsOfInsert()).isEqualTo(2);
    assertThat(heard()).isEqualTo(1);

    clock.advance(Duration.ofSeconds(1));
    assertThat(transactionsOfInsert()).isEqualTo(1);
    assertThat(heard()).isEqualTo(1);
  }

  // ---- on a server that is set for it ----

  /** Its queue is short, and a commit that is told to waits for a standby, which there is not. */
  private static EmbeddedPostgres ownServer() throws IOException {
    return EmbeddedPostgres.builder()
        .setServerConfig("max_notify_queue_pages", "64")
        .setServerConfig("synchronous_commit", "local")
        .setServerConfig("synchronous_standby_names", "nobody")
        .start();
  }

  private static String url(EmbeddedPostgres server) {
    return server.getJdbcUrl("postgres", "postgres");
  }

  private void prepare(JdbcStore own) {
    own.insert(List.of(task())).join(); // the lane is known from here on
    clock.advance(PAUSE.plus(GRACE));
    awaitSent(own);
  }

  private static void requireStored(JdbcStore into, NewTask task) {
    assertThat(into.insert(List.of(task)).join().get(0).created()).isTrue();
    assertThat(into.find(task.id()).join()).isPresent();
  }

  @Test
  void insert_whenNobodyEmptiesTheQueueOfNotifications_storesAllTheSame() throws Exception {
    try (EmbeddedPostgres server = ownServer();
        Connection stuck = DriverManager.getConnection(url(server));
        Connection other = DriverManager.getConnection(url(server));
        JdbcStore full = store(url(server))) {
      prepare(full);
      execute(stuck, "LISTEN anything");
      execute(stuck, "BEGIN");
      execute(stuck, "SELECT 1");
      assertThatThrownBy(() -> fillQueue(other)).hasMessageContaining("NOTIFY queue");

      for (int i = 0; i < 3; i++) {
        requireStored(full, task());
        clock.advance(Duration.ofSeconds(2));
      }
    }
  }

  private static void fillQueue(Connection connection) throws SQLException {
    for (int i = 0; i < 1_000; i++) {
      execute(connection, "SELECT pg_notify('anything', repeat('x', 7000))");
    }
  }

  @Test
  void insert_behindACommitThatNotifiesAndTakesLong_waitsForItsEnd() throws Exception {
    try (EmbeddedPostgres server = ownServer();
        Connection other = DriverManager.getConnection(url(server));
        Connection watching = DriverManager.getConnection(url(server));
        JdbcStore behind = store(url(server))) {
      prepare(behind);
      execute(other, "CREATE TABLE something AS SELECT 1");
      execute(other, "SET synchronous_commit = on");
      CompletableFuture<Void> stalled =
          CompletableFuture.runAsync(
              () -> {
                try {
                  execute(other, "BEGIN; INSERT INTO something SELECT 2; NOTIFY anything; COMMIT");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      awaitOne(watching, "wait_event = 'SyncRep'");

      NewTask task = task();
      var stored = behind.insert(List.of(task));
      awaitOne(watching, "wait_event_type = 'Lock' AND query LIKE '%insert_task%'");
      execute(watching, "SELECT pg_sleep(2.5)"); // longer than for what users lock
      assertThat(stored).isNotDone();
      execute(
          watching,
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");

      stalled.join();
      assertThat(stored.join().get(0).created()).isTrue();
    }
  }

  private static void awaitOne(Connection watching, String which) throws SQLException {
    boolean found = false;
    while (!found) {
      assertThat(Thread.currentThread().isInterrupted()).as(which).isFalse();
      try (Statement statement = watching.createStatement();
          var rows = statement.executeQuery("SELECT 1 FROM pg_stat_activity WHERE " + which)) {
        found = rows.next();
      }
    }
  }
}
