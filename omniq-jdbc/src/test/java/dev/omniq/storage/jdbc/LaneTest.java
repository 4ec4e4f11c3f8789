package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneTest extends LaneScene {
  @Test
  void call_isAnswered_whenItIsStored() throws SQLException {
    assertThat(call(store, "one", "three").join()).containsExactly(3, 5);

    assertThat(database.words()).containsExactly("one", "three");
  }

  @Test
  void calls_thatWaitTogether_shareOneTransactionAndOneRun() throws Exception {
    blockLane();
    List<CompletableFuture<List<Integer>>> answers =
        IntStream.range(0, 50).mapToObj(n -> call(store, "word " + n)).toList();
    goOn.countDown();

    answers.forEach(answer -> assertThat(answer.join()).hasSize(1));

    assertThat(runs).hasSize(1);
    assertThat(database.words())
        .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj(n -> "word " + n).toList());
  }

  @Test
  void calls_ofDifferentSteps_keepTheirOrderInOneTransaction() throws Exception {
    Step<String, Integer> other = Step.shared("other", store.work());
    blockLane();
    List<CompletableFuture<List<Integer>>> answers =
        List.of(call(store, "a"), call(other, "b"), call(store, "c"));
    goOn.countDown();
    answers.forEach(CompletableFuture::join);

    assertThat(runs).containsExactly(List.of("a"), List.of("b"), List.of("c"));
    assertThat(transactions.stream().distinct()).hasSize(1);
  }

  @Test
  void calls_beyondTheMostBytes_takeTheNextTransaction() throws Exception {
    blockLane();
    List<CompletableFuture<List<Integer>>> answers =
        List.of(
            lane.call(store, List.of("a"), 6 << 20),
            lane.call(store, List.of("b"), 6 << 20),
            lane.call(store, List.of("c"), 1));
    goOn.countDown();
    answers.forEach(CompletableFuture::join);

    assertThat(runs).containsExactly(List.of("a"), List.of("b", "c"));
  }

  /** The clock of a machine that was suspended, or a transaction that waited for a lock. */
  @Test
  void callAfterATransactionThatTookAnHour_isNotHeldUp() throws Exception {
    var nanos = new AtomicLong();
    TimeSource jumping =
        new TimeSource() {
          @Override
          public Instant now() {
            return Instant.EPOCH;
          }

          @Override
          public long nanoTime() {
            return nanos.get();
          }

          @Override
          public Alarm schedule(Duration delay, Runnable action) {
            throw new UnsupportedOperationException("a lane has no alarms");
          }
        };
    Step<String, Integer> slow =
        Step.sharedOne(
            "slow",
            (transaction, word) -> {
              nanos.addAndGet(Duration.ofHours(1).toNanos());
              return Database.store(transaction, word);
            });
    lane.close();
    lane = new Lane("words", new Transactor(database, Database::trouble), jumping);
    blockLane();
    var together = List.of(call(slow, "one"), call(slow, "two"));
    goOn.countDown();
    together.forEach(CompletableFuture::join);

    assertThat(call(store, "next")).succeedsWithin(Duration.ofSeconds(30));
  }

  @Test
  void whatFollowsACommit_runsBeforeTheAnswer_andNotAfterARollback() {
    List<String> followed = Collections.synchronizedList(new ArrayList<>());
    Step<String, Integer> following =
        Step.sharedOne(
            "following",
            (transaction, word) -> {
              transaction.afterCommit(() -> followed.add(word));
              return Database.store(transaction, word);
            });

    call(following, "word").join();
    assertThat(followed).containsExactly("word");
    assertThatThrownBy(call(following, "")::join).hasCauseInstanceOf(StorageException.class);

    assertThat(followed).containsExactly("word");
  }

  // ---- callers that wait ----

  private final List<Thread> workers = Collections.synchronizedList(new ArrayList<>());

  private final Step<String, Boolean> autocommit =
      Step.shared(
          "autocommit",
          (transaction, words) -> {
            workers.add(Thread.currentThread());
            List<Boolean> answers = new ArrayList<>();
            for (String word : words) {
              Database.store(transaction, word);
              answers.add(transaction.connection().getAutoCommit());
            }
            return answers;
          },
          words -> words.stream().noneMatch(word -> word.startsWith("long")));

  @Test
  void callByCaller_isMadeOnItsThread_whenTheLaneIsIdle() throws SQLException {
    var answer = lane.callByCaller(autocommit, List.of("one"), 1);

    assertThat(answer).isCompleted();
    assertThat(workers).containsExactly(Thread.currentThread());
    assertThat(database.words()).containsExactly("one");
  }

  @Test
  void callByCaller_waitsForItsTurn_whenOthersWork() throws Exception {
    blockLane();
    var answer = lane.callByCaller(autocommit, List.of("one"), 1);
    assertThat(answer).isNotDone();
    goOn.countDown();

    assertThat(answer.join()).hasSize(1);
    assertThat(workers).doesNotContain(Thread.currentThread());
  }

  @Test
  void calls_thatArriveWhileACallerLeads_areMadeByTheLaneAfterwards() throws Exception {
    var leading = CompletableFuture.supplyAsync(() -> lane.callByCaller(block, List.of("x"), 1));
    busy.await();
    var waiting = List.of(call(autocommit, "a"), call(autocommit, "b"));
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    goOn.countDown();

    waiting.forEach(CompletableFuture::join);
    assertThat(leading.join()).isCompletedWithValue(List.of("x"));
    assertThat(workers).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void oneStatement_needsNoTransaction_unlessItIsForOneCallWithSeveralInputs() throws Exception {
    assertThat(call(autocommit, "alone").join()).containsExactly(true);
    assertThat(call(autocommit, "long").join()).containsExactly(false);
    assertThat(call(autocommit, "one", "two").join()).containsExactly(false, false);
    blockLane();
    var first = call(autocommit, "a");
    var second = call(autocommit, "b");
    goOn.countDown();

    assertThat(first.join()).containsExactly(true);
    assertThat(second.join()).containsExactly(true);
  }

  @Test
  void statements_thatStandTogether_areInOneTransaction() throws Exception {
    blockLane();
    var first = call(autocommit, "a");
    var second = call(autocommit, "long");
    goOn.countDown();

    assertThat(first.join()).containsExactly(false);
    assertThat(second.join()).containsExactly(false);
  }

  // ---- a step that commits itself when it is alone ----

  private final Step<String, Boolean> claim =
      Step.sharedOrSingle(
          "claim",
          (transaction, word) -> {
            Database.store(transaction, word);
            transactions.add(transaction);
            return transaction.isAutocommit();
          });

  @Test
  void sharedOrSingle_commitsItselfAlone_andWithThoseThatWaitBesideIt() throws Exception {
    assertThat(call(claim, "alone").join()).containsExactly(true);
    transactions.clear();
    blockLane();
    var before = call(store, "before");
    var claimed = call(claim, "claim");
    var after = call(store, "after");
    goOn.countDown();

    assertThat(claimed.join()).containsExactly(false);
    assertThat(before.join()).containsExactly(6);
    assertThat(after.join()).containsExactly(5);
    assertThat(transactions).hasSize(3);
    assertThat(transactions.stream().distinct()).hasSize(1);
  }

  @Test
  void sharedOrSingle_thatIsRefusedAmongOthers_failsAlone() throws Exception {
    blockLane();
    var before = call(store, "before");
    var refused = call(claim, "");
    var after = call(store, "after");
    goOn.countDown();

    assertThat(before.join()).containsExactly(6);
    assertThat(after.join()).containsExactly(5);
    assertThatThrownBy(refused::join).hasCauseInstanceOf(StorageException.class);
    assertThat(database.words()).containsExactly("before", "after");
  }
}
