package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A lane over a small real database, and a step that blocks it. */
abstract class LaneScene {
  @TempDir Path directory;

  final List<List<String>> runs = Collections.synchronizedList(new ArrayList<>());
  final List<Transaction> transactions = Collections.synchronizedList(new ArrayList<>());
  final CountDownLatch busy = new CountDownLatch(1);
  final CountDownLatch goOn = new CountDownLatch(1);

  final Step<String, Integer> store =
      Step.shared(
          "store",
          (transaction, words) -> {
            runs.add(words);
            transactions.add(transaction);
            List<Integer> lengths = new ArrayList<>();
            for (String word : words) {
              lengths.add(Database.store(transaction, word));
            }
            return lengths;
          });

  final Step<String, String> block =
      Step.read(
          "block",
          (transaction, word) -> {
            busy.countDown();
            awaitGoOn();
            return word;
          });

  Database database;
  Lane lane;

  @BeforeEach
  void open() throws SQLException {
    database = new Database(directory);
    lane = new Lane("words", new Transactor(database, Database::trouble), TimeSource.system());
  }

  @AfterEach
  void close() {
    goOn.countDown();
    lane.close();
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  final <I, O> CompletableFuture<List<O>> call(Step<I, O> step, I... inputs) {
    return lane.call(step, List.of(inputs), 1);
  }

  void awaitGoOn() {
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a lane", e);
    }
  }

  void blockLane() throws InterruptedException {
    call(block, "now");
    busy.await();
  }

  /** What {@link Database#busyWhen} says, whoever was told of it. */
  static void assertAllFoundItBusy(List<? extends CompletableFuture<?>> calls) {
    assertThat(calls)
        .allSatisfy(
            each ->
                assertThatThrownBy(each::join)
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("somebody else writes"));
  }
}
