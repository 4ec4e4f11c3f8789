package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallOrderTest {
  @TempDir Path directory;

  private final CallOrder order = new CallOrder();
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CountDownLatch goOnLeft = new CountDownLatch(1);
  private Lane left;
  private Lane right;

  private final Step<String, String> note =
      Step.read(
          "note",
          (transaction, text) -> {
            if (text.startsWith("slow")) {
              await(goOn);
            } else if (text.startsWith("left slow")) {
              await(goOnLeft);
            }
            done.add(text);
            return text;
          });

  @BeforeEach
  void open() throws SQLException {
    var transactor = new Transactor(new Database(directory), Database::trouble);
    left = new Lane("left", transactor, TimeSource.system());
    right = new Lane("right", transactor, TimeSource.system());
  }

  @AfterEach
  void close() {
    goOn.countDown();
    goOnLeft.countDown();
    left.close();
    right.close();
  }

  @Test
  void callsOfOneThread_keepTheirOrderOverTheLanes() {
    call(left, "slow 1");
    call(right, "2");
    call(right, "3");
    call(left, "4");
    var last = call(left, "5");
    goOn.countDown();
    last.join();

    assertThat(done).containsExactly("slow 1", "2", "3", "4", "5");
  }

  @Test
  void callsOfAnotherThread_doNotWait() {
    call(left, "slow");
    inAnotherThread(() -> call(right, "other")).join();

    assertThat(done).containsExactly("other");
  }

  @Test
  void callsBehindOneThatWaits_shareItsTransaction() {
    List<Integer> together = Collections.synchronizedList(new ArrayList<>());
    Step<String, String> counted =
        Step.shared(
            "counted",
            (transaction, inputs) -> {
              together.add(inputs.size());
              return inputs;
            });
    var busy = inAnotherThread(() -> call(right, "slow"));
    call(left, "left slow");
    List<CompletableFuture<List<String>>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(order.call(right, () -> right.call(counted, List.of("x"), 1)));
    }
    goOnLeft.countDown();
    inAnotherThread(() -> call(left, "behind")).join();
    goOn.countDown();
    calls.forEach(CompletableFuture::join);

    assertThat(busy).isCompleted();
    assertThat(together).containsExactly(100);
  }

  @Test
  void call_behindOneThatFailed_isMadeAllTheSame() {
    Step<String, String> failing =
        Step.read(
            "failing",
            (transaction, text) -> {
              await(goOn);
              throw new SQLException("on purpose");
            });
    var failed = order.call(left, () -> left.call(failing, List.of("x"), 1));
    var next = call(right, "next");
    goOn.countDown();

    assertThat(next.join()).containsExactly("next");
    assertThat(failed).isCompletedExceptionally();
  }

  private CompletableFuture<List<String>> call(Lane lane, String text) {
    return order.call(lane, () -> lane.call(note, List.of(text), 1));
  }

  /**
   * In a new one each time: a thread of a pool may have made a call before, and keeps its order.
   */
  private static <T> T inAnotherThread(Supplier<T> action) {
    return CompletableFuture.supplyAsync(action, command -> new Thread(command).start()).join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a lane", e);
    }
  }
}
