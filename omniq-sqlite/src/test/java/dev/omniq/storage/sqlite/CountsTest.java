package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many tasks there are, while small steps have left what they count in their rows. */
class CountsTest {
  @TempDir private Path directory;
  private TaskStore store;
  private Connection other;

  @BeforeEach
  void open() throws SQLException {
    Path file = directory.resolve("omniq.db");
    store = SqliteStore.open("sqlite:" + file, TimeSource.system());
    other = DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  @AfterEach
  void close() throws SQLException {
    other.close();
    store.close();
  }

  private List<TaskId> insert(int count) {
    List<NewTask> tasks =
        IntStream.range(0, count)
            .mapToObj(
                n ->
                    NewTask.first(
                        TaskId.next(Instant.now()),
                        TaskSpec.of("name \" " + n % 2, "[]"),
                        Due.now()))
            .toList();
    store.insert(tasks).join();
    return tasks.stream().map(NewTask::id).toList();
  }

  private long waiting() {
    return store
        .stats()
        .join()
        .queues()
        .get(TaskSpec.DEFAULT_QUEUE)
        .byStatus()
        .get(TaskStatus.PENDING);
  }

  private long ask(String sql) throws SQLException {
    try (Statement statement = other.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.getLong(1);
    }
  }

  @Test
  void tasks_thatComeOneByOne_areCountedAtOnce_andInTheCountersSoon() throws SQLException {
    for (int stored = 1; stored <= 3 * Journal.ADD_EVERY; stored++) {
      insert(1);

      assertThat(waiting()).isEqualTo(stored);
      assertThat(ask("SELECT count(*) FROM omniq_uncounted")).isLessThan(Journal.ADD_EVERY);
    }
    assertThat(ask("SELECT sum(n) FROM omniq_counter")).isPositive();
  }

  @Test
  void tasks_thatComeAndGoInStepsOfAnySize_areCounted() {
    long expected = 0;
    for (int size : new int[] {1, 200, 16, 17, 3, 1_000, 1, 100, 100, 2}) {
      List<TaskId> ids = insert(size);
      store.delete(ids.subList(0, size / 2)).join();
      expected += size - size / 2;

      assertThat(waiting()).as("after %d", size).isEqualTo(expected);
    }
  }

  @Test
  void rows_thatAreCutBeforeTheyWereAdded_areCountedAllTheSame() throws SQLException {
    insert(1);
    insert(2);
    assertThat(ask("SELECT count(*) FROM omniq_uncounted")).isPositive();

    cutAll();

    assertThat(ask("SELECT count(*) FROM omniq_uncounted")).isZero();
    assertThat(waiting()).isEqualTo(3);
    insert(1);
    assertThat(waiting()).isEqualTo(4);
  }

  @Test
  void rows_thatAreCutWhenTheyWereAdded_areNotCountedTwice() throws SQLException {
    int stored = Journal.ADD_EVERY + 2;
    for (int i = 0; i < stored; i++) {
      insert(1);
    }

    cutAll();

    assertThat(waiting()).isEqualTo(stored);
    insert(1);
    assertThat(waiting()).isEqualTo(stored + 1);
  }

  @Test
  void smallStep_behindWhichOnlyLargeOnesCome_isCounted() throws SQLException {
    insert(1);
    for (int i = 0; i < 6; i++) {
      insert(1_000);
    }

    assertThat(ask("SELECT min(last) FROM omniq_change")).as("it was cut").isGreaterThan(1);
    assertThat(waiting()).isEqualTo(6_001);
  }

  /** As a process with an older library does, sooner or later. */
  private void cutAll() throws SQLException {
    try (Statement statement = other.createStatement()) {
      statement.executeUpdate("DELETE FROM omniq_change");
    }
  }
}
