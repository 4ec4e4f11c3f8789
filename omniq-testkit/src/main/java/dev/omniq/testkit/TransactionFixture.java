package dev.omniq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskResult;
import dev.omniq.worker.Worker;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of transactions share: a queue on a database, a connection of a program's to the
 * same database, and a table that the program writes to. Lives by the real clock, for the workers
 * are real.
 */
abstract class TransactionFixture {
  static final TaskType<String> WRITE = TaskType.of("write", String.class);
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String table = "effect_" + UUID.randomUUID().toString().replace("-", "");

  /** What listeners heard, of all tasks. */
  final List<TaskListener.Transition> heard = new CopyOnWriteArrayList<>();

  OmniQ omniq = OmniQ.open("memory:");

  @SuppressWarnings("NullAway.Init") // made before each test
  Connection connection;

  /** The URL of a store without tasks; called for each test. */
  protected abstract String url();

  /** A connection of a program to the database of that store. */
  protected abstract Connection connect() throws SQLException;

  @BeforeEach
  void open() throws SQLException {
    omniq.close();
    omniq = OmniQ.open(Settings.ofUrl(url()).listener(heard::add).build());
    execute("CREATE TABLE " + table + " (text VARCHAR(100))");
    connection = connect();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    omniq.close();
    execute("DROP TABLE " + table);
  }

  // ---- words of these tests ----

  /** What a handler does. */
  interface Body {
    void run(TaskContext context) throws Exception;
  }

  interface InOwn {
    void run(Connection own) throws Exception;
  }

  Worker worker(Body body) {
    return omniq
        .worker()
        .concurrency(1)
        .pollInterval(Duration.ofMillis(50))
        .handle(WRITE, text -> body.run(TaskContext.current()))
        .start();
  }

  void inTransaction(InOwn work) throws Exception {
    try (Connection own = connect()) {
      own.setAutoCommit(false);
      work.run(own);
    }
  }

  static void awaitCancel(TaskContext context) {
    try {
      new CountDownLatch(1).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      assertThat(context.isCancelled()).isTrue();
    }
  }

  TaskResult await(TaskId id) {
    Optional<TaskResult> result = omniq.await(id, PATIENCE);
    return result.orElseThrow(() -> new AssertionError("not finished: " + omniq.task(id)));
  }

  List<TaskListener.Kind> heardOf(TaskId id) {
    return heard.stream()
        .filter(transition -> transition.task().id().equals(id))
        .map(TaskListener.Transition::kind)
        .toList();
  }

  void write(Connection own, String text) throws SQLException {
    try (Statement statement = own.createStatement()) {
      statement.executeUpdate("INSERT INTO " + table + " (text) VALUES ('" + text + "')");
    }
  }

  void writeAlone(String text) throws SQLException {
    execute("INSERT INTO " + table + " (text) VALUES ('" + text + "')");
  }

  void execute(String sql) throws SQLException {
    try (Connection own = connect();
        Statement statement = own.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  List<String> effects() throws SQLException {
    try (Connection own = connect();
        Statement statement = own.createStatement();
        ResultSet rows = statement.executeQuery("SELECT text FROM " + table)) {
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }
}
