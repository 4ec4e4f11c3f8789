package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A lane that ends while calls wait or are made. */
class LaneClosingTest extends LaneScene {
  @Test
  void close_makesTheCallsThatWait_andRefusesLaterOnes() throws Exception {
    blockLane();
    var waiting = call(store, "waiting");
    var closing = CompletableFuture.runAsync(lane::close);
    goOn.countDown();
    closing.join();

    assertThat(waiting).isCompletedWithValue(List.of(7));
    assertThatThrownBy(call(store, "late")::join)
        .hasCauseInstanceOf(StorageException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void close_withoutAConnection_waitsForOneOnce() throws Exception {
    blockLane();
    var calls =
        List.of(call(store, "one"), call(block, "two"), call(store, "three"), call(block, "four"));
    database.vanish();
    var closing = new Thread(lane::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING && closing.isAlive()) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    closing.join();

    assertThat(calls)
        .allSatisfy(
            each ->
                assertThatThrownBy(each::join)
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("no connection to the database"));
    assertThat(database.taken()).as("that of the call before, and one that failed").isEqualTo(2);
  }

  @Test
  void close_whileOthersHoldTheDatabase_waitsForThemOnce() throws Exception {
    blockLane();
    var calls = List.of(call(store, "one"), call(block, "two"), call(store, "three"));
    database.busyWhen(number -> true);
    lane.end();
    goOn.countDown();
    lane.close();

    assertAllFoundItBusy(calls);
    assertThat(database.begun()).isEqualTo(5);
  }

  @Test
  void calls_whenTheLaneIsAboutToBeClosed_andOneGotNoConnection_failAtOnce() throws Exception {
    database.vanish();
    lane.end();
    assertThatThrownBy(call(store, "first")::join).hasMessageContaining("nobody answers");

    assertThatThrownBy(call(store, "second")::join)
        .hasCauseInstanceOf(StorageException.class)
        .hasMessageContaining("no connection to the database");
    assertThatThrownBy(lane.callByCaller(store, List.of("third"), 1)::join)
        .hasMessageContaining("no connection to the database");
    assertThat(database.taken()).isEqualTo(1);
  }

  @Test
  void calls_thatGoOneByOne_afterTheConnectionsAreGone_doNotWaitForOneEach() throws Exception {
    blockLane();
    var calls = List.of(call(store, "one"), call(store, ""), call(store, "three"));
    database.vanishAfter(1);
    goOn.countDown();

    assertThat(calls)
        .allSatisfy(
            each -> assertThatThrownBy(each::join).hasCauseInstanceOf(StorageException.class));
    assertThat(database.taken()).as("block, all together, and one alone").isEqualTo(3);
  }

  @Test
  void close_waitsForACallerThatLeads() throws Exception {
    var leading = CompletableFuture.supplyAsync(() -> lane.callByCaller(block, List.of("x"), 1));
    busy.await();
    var waiting = call(store, "waiting");
    var closing = CompletableFuture.runAsync(lane::close);
    assertThat(closing).isNotDone();
    goOn.countDown();
    closing.join();

    assertThat(leading.join()).isCompletedWithValue(List.of("x"));
    assertThat(waiting).isCompletedWithValue(List.of(7));
    assertThatThrownBy(lane.callByCaller(store, List.of("late"), 1)::join)
        .hasCauseInstanceOf(StorageException.class);
  }
}
