package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that fail, and what becomes of those beside them. */
class LaneFailureTest extends LaneScene {
  @Test
  void call_thatTheDatabaseRefuses_failsAlone() throws Exception {
    blockLane();
    var before = call(store, "before");
    var refused = call(store, "");
    var after = call(store, "after");
    goOn.countDown();

    assertThat(before.join()).containsExactly(6);
    assertThat(after.join()).containsExactly(5);
    assertThatThrownBy(refused::join)
        .hasCauseInstanceOf(StorageException.class)
        .hasMessageContaining("nothing was changed")
        .hasMessageContaining("CHECK");
    assertThat(database.words()).containsExactly("before", "after");
  }

  @Test
  void call_thatIsRefusedHalfWay_leavesNothing() throws SQLException {
    assertThatThrownBy(call(store, "kept?", "")::join).hasCauseInstanceOf(StorageException.class);

    assertThat(database.words()).isEmpty();
  }

  @Test
  void call_withABadInput_failsAloneWithItsOwnException() throws Exception {
    Step<String, Integer> picky =
        Step.sharedOne(
            "picky",
            (transaction, word) -> {
              if (word.equals("bad")) {
                throw new IllegalArgumentException("no such word: bad");
              }
              return Database.store(transaction, word);
            });
    blockLane();
    var good = call(picky, "good");
    var bad = call(picky, "bad");
    goOn.countDown();

    assertThat(good.join()).containsExactly(4);
    assertThatThrownBy(bad::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no such word: bad");
    assertThat(database.words()).containsExactly("good");
  }

  @Test
  void connection_lostBeforeTheCommit_isReplaced() throws SQLException {
    var losses = new AtomicInteger(2);
    Step<String, Integer> unlucky =
        Step.sharedOne(
            "unlucky",
            (transaction, word) -> {
              if (losses.getAndDecrement() > 0) {
                transaction.connection().close();
              }
              return Database.store(transaction, word);
            });

    assertThat(call(unlucky, "word").join()).containsExactly(4);

    assertThat(database.words()).containsExactly("word");
    assertThat(database.taken()).isEqualTo(3);
  }

  @Test
  void calls_whoseTransactionCannotBegin_failTogether() throws Exception {
    blockLane();
    var calls = List.of(call(store, "one"), call(store, "two"), call(store, "three"));
    database.busyWhen(number -> true);
    goOn.countDown();

    assertAllFoundItBusy(calls);
    assertThat(database.begun()).isEqualTo(5);
  }

  @Test
  void calls_thatGoOneByOne_whenNoTransactionCanBegin_doNotWaitForOneEach() throws Exception {
    blockLane();
    var calls = List.of(call(store, "one"), call(store, ""), call(store, "three"));
    database.busyWhen(number -> number > 1);
    goOn.countDown();

    assertAllFoundItBusy(calls);
    assertThat(database.begun()).as("all together, and five times one alone").isEqualTo(6);
  }

  @Test
  void call_thatWaitedForItsTransactionToBegin_isMade() throws SQLException {
    database.busyWhen(number -> number < 5);

    assertThat(call(store, "word").join()).containsExactly(4);

    assertThat(database.words()).containsExactly("word");
  }

  @Test
  void connection_lostInTheCommit_leavesTheOutcomeUnknown_andNothingIsRepeated() {
    Step<String, Integer> unlucky =
        Step.sharedOne(
            "unlucky",
            (transaction, word) -> {
              int length = Database.store(transaction, word);
              transaction.connection().close();
              return length;
            });

    assertThatThrownBy(call(unlucky, "word")::join)
        .hasCauseInstanceOf(OutcomeUnknownException.class);

    assertThat(database.taken()).isEqualTo(1);
  }

  @Test
  void connection_lostInASingleStatement_leavesTheOutcomeUnknown() {
    Step<String, Integer> single =
        Step.single(
            "single",
            (transaction, word) -> {
              transaction.connection().close();
              return Database.store(transaction, word);
            });

    assertThatThrownBy(call(single, "word")::join)
        .hasCauseInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void whatComesAfterAStatementThatHasStored_whenItFails_leavesTheOutcomeUnknown()
      throws SQLException {
    List<String> followed = Collections.synchronizedList(new ArrayList<>());
    Step<String, Integer> single =
        Step.single(
            "single",
            (transaction, word) -> {
              transaction.afterCommit(() -> followed.add(word));
              Database.store(transaction, word);
              transaction.noteStored();
              return Database.store(transaction, "");
            });

    assertThatThrownBy(call(single, "word")::join)
        .hasCauseInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("CHECK")
        .hasMessageNotContaining("nothing was changed");

    assertThat(database.words()).containsExactly("word");
    assertThat(followed).containsExactly("word");
    assertThat(database.taken()).as("it is not made again").isEqualTo(1);
  }

  @Test
  void connection_lostInARead_isReplaced() {
    var losses = new AtomicInteger(1);
    Step<String, Boolean> read =
        Step.read(
            "read",
            (transaction, word) -> {
              if (losses.getAndDecrement() > 0) {
                transaction.connection().close();
              }
              try (var statement = transaction.connection().createStatement()) {
                return statement.execute("SELECT 1");
              }
            });

    assertThat(call(read, "word").join()).containsExactly(true);
  }
}
