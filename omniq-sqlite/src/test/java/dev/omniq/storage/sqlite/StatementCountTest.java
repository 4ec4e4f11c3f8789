package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many statements the life of tasks takes: a guard of speed that needs no clock. */
class StatementCountTest {
  private static final int MANY = 1_000;

  @TempDir Path directory;

  private SqliteConnections connections;
  private JdbcStore store;
  private long nextToken = 1;

  @BeforeEach
  void open() {
    String url = "sqlite:" + directory.resolve("omniq.db");
    SqliteStore.open(url, TimeSource.system()).close();
    SqliteFile file = SqliteFile.parse(url);
    connections = new SqliteConnections(file);
    var listeners = new WakeUpListeners();
    var statements = new SqliteStatements(TimeSource.system(), file, connections, listeners);
    store =
        new JdbcStore(
            new JdbcStore.Parts(
                "counted",
                statements,
                connections,
                false,
                TimeSource.system(),
                listeners,
                () -> {}));
    insert(1); // the lane is known from here on
    settle(claim(1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void insert_takesTwoStatementsForATask_andFiveForAll() {
    long before = made();
    insert(MANY);

    assertThat(made() - before).isEqualTo(2 * MANY + 5);
  }

  @Test
  void insert_ofOneTask_leavesTheCounterAlone() {
    long before = made();
    insert(1);

    assertThat(made() - before).isEqualTo(2 + 4);
  }

  @Test
  void claim_takesElevenStatements_howeverManyTasks() {
    insert(MANY);
    long before = made();
    List<Claimed> claimed = claim(MANY);

    assertThat(claimed).hasSize(MANY);
    assertThat(made() - before).isEqualTo(11);
  }

  @Test
  void settlement_takesOneStatementForATask_andEightForAll() {
    insert(MANY);
    List<Claimed> claimed = claim(MANY);
    long before = made();
    settle(claimed);

    assertThat(made() - before).isEqualTo(MANY + 8);
  }

  @Test
  void claim_thatWaitsBesideASettlement_sharesItsTransaction() {
    insert(20);
    List<Claimed> claimed = claim(10);
    var writing = new CompletableFuture<Void>();
    store.inOwnTransaction(transaction -> writing.join());
    long before = made();
    var settled = store.apply(claimed.stream().map(this::succeeded).toList());
    var next = store.claim(request(10));
    writing.complete(null);

    assertThat(settled.join()).hasSize(10).containsOnly(Applied.APPLIED);
    assertThat(next.join()).hasSize(10);
    int beginAndCommit = 2;
    int counters = 2; // ten settlements leave their counts in their row
    assertThat(made() - before).isEqualTo(10 + 8 - counters + 11 - beginAndCommit);
  }

  @Test
  void poll_thatFindsNothing_takesNineStatements() {
    long before = made();
    assertThat(claim(10)).isEmpty();
    store.nextDue(request(10)).join();
    store.expired(10).join();

    assertThat(made() - before).isEqualTo(9);
  }

  private long made() {
    return connections.made();
  }

  private void insert(int count) {
    TaskSpec spec = TaskSpec.of("known", "[]");
    store
        .insert(
            Stream.generate(() -> NewTask.first(TaskId.next(store.now()), spec, Due.now()))
                .limit(count)
                .toList())
        .join();
  }

  private ClaimRequest request(int limit) {
    var first = new ClaimToken("counted", nextToken);
    nextToken += limit;
    return new ClaimRequest(
        first,
        limit,
        List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, limit)),
        Set.of("known"),
        1,
        Duration.ofMinutes(1));
  }

  private List<Claimed> claim(int limit) {
    return store.claim(request(limit)).join();
  }

  private void settle(List<Claimed> claimed) {
    store.apply(claimed.stream().map(this::succeeded).toList()).join();
  }

  private Transition succeeded(Claimed claimed) {
    var next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(store.now()))
            .result(Optional.of("null"))
            .build();
    return new Transition(
        claimed.task().id(), new Expected.Holder(claimed.token()), next, Optional.empty());
  }
}
