package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.LEASE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.rescue;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transactional;
import dev.omniq.storage.Transactional.Confirmation;
import dev.omniq.storage.Transition;
import dev.omniq.task.NewTask;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Transactional}: inserts and settlements in a program's transaction, and what follows. */
abstract class TransactionalContract extends ContractFixture {
  private final Connecting connecting;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Connection connection;

  /** How a program connects. */
  interface Connecting {
    Connection connect() throws SQLException;
  }

  TransactionalContract(Supplier<String> url, Connecting connecting) {
    super(() -> time -> open(url.get(), time));
    this.connecting = connecting;
  }

  private static TaskStore open(String url, TimeSource time) {
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      if (provider.accepts(url)) {
        return provider.open(url, time);
      }
    }
    throw new AssertionError("nobody opens " + url);
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = connecting.connect();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  private Transactional transactional() {
    return (Transactional) store;
  }

  private List<Inserted> insertIn(NewTask... tasks) {
    return transactional().insert(connection, List.of(tasks), true);
  }

  private Applied applyIn(Transition transition) {
    return transactional().apply(connection, transition);
  }

  private Confirmation confirm(Claimed claimed) {
    return get(transactional().confirm(claimed.task().id(), claimed.token()));
  }

  /** A task that a transaction has settled, and nobody has asked. */
  private Claimed settled(NewTask task) throws SQLException {
    Claimed claimed = start(task);
    assertThat(applyIn(success(claimed))).isEqualTo(Applied.APPLIED);
    connection.commit();
    return claimed;
  }

  // ---- insert ----

  @Test
  void insert_ofTheSameIdOrKeyAgain_namesTheFirst() throws SQLException {
    List<Inserted> answers =
        insertIn(task(1, keyed("k")), task(1, keyed("k")), task(2, keyed("k")));
    connection.commit();

    assertThat(answers)
        .containsExactly(
            new Inserted(id(1), true), new Inserted(id(1), false), new Inserted(id(1), false));
    assertThat(lookUp(id(2))).isEmpty();
  }

  @Test
  void insert_ofNothing_isAnsweredWithNothing() {
    assertThat(insertIn()).isEmpty();
  }

  @Test
  void insert_thatIsRolledBack_leavesItsKeyFree() throws SQLException {
    insertIn(task(1, keyed("k")));
    connection.rollback();

    assertThat(insert(task(2, keyed("k")))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void insert_ofATaskThatIsDue_isClaimedAfterTheCommitOnly() throws SQLException {
    insertIn(task(1));
    connection.rollback();
    assertThat(claim()).isEmpty();

    insertIn(task(2));
    connection.commit();
    claimOnly(id(2));
  }

  // ---- apply and confirm ----

  @Test
  void apply_thatCommits_isConfirmedAsSettled_andEndsTheClaim() throws SQLException {
    Claimed claimed = settled(task(1));

    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    assertThat(confirm(claimed)).isEqualTo(Confirmation.SETTLED);
    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.STALE);
    assertThat(confirm(claimed)).isEqualTo(Confirmation.SETTLED);
  }

  @Test
  void apply_thatIsRolledBack_isConfirmedAsOpen_andTheClaimStands() throws SQLException {
    Claimed claimed = start(task(1));
    applyIn(success(claimed));
    connection.rollback();

    assertThat(confirm(claimed)).isEqualTo(Confirmation.OPEN);
    assertThat(find(id(1))).isEqualTo(claimed.task());
    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.APPLIED);
    assertThat(apply(failure(claimed))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void apply_againInTheSameTransaction_isStale() throws SQLException {
    Claimed claimed = start(task(1));

    assertThat(applyIn(success(claimed))).isEqualTo(Applied.APPLIED);
    assertThat(applyIn(success(claimed))).isEqualTo(Applied.STALE);
  }

  @Test
  void apply_byAClaimThatWasTakenAway_isStale_andChangesNothing() throws SQLException {
    Claimed late = start(task(1));
    clock.advance(LEASE);
    assertThat(apply(rescue(expired().get(0), NOON))).isEqualTo(Applied.APPLIED);

    assertThat(applyIn(success(late))).isEqualTo(Applied.STALE);
    connection.commit();

    Claimed next = claimOnly(id(1));
    assertThat(applyIn(success(late))).isEqualTo(Applied.STALE);
    connection.commit();
    assertThat(find(id(1))).isEqualTo(next.task());
  }

  @Test
  void apply_bringsTheNextRunWithIt() throws SQLException {
    Claimed first = start(task(1, HOURLY));
    applyIn(success(first, nextRun(first.task(), 2)));
    connection.rollback();
    assertThat(lookUp(id(2))).isEmpty();
    assertThat(liveRun(id(1))).contains(id(1));

    applyIn(success(first, nextRun(first.task(), 3)));
    connection.commit();
    assertThat(liveRun(id(1))).contains(id(3));
  }

  @Test
  void settlement_isCountedOnce_beforeAndAfterItIsConfirmed() throws SQLException {
    Claimed claimed = settled(task(1));
    assertCountedOnce();

    assertThat(confirm(claimed)).isEqualTo(Confirmation.SETTLED);
    assertCountedOnce();
  }

  private void assertCountedOnce() {
    StoreStats stats = get(store.stats());
    var counts = new QueueStats(stats.at(), stats.queues(), Map.of());
    assertThat(counts.count(TaskStatus.SUCCESS)).isEqualTo(1);
    assertThat(counts.count(TaskStatus.RUNNING)).isZero();
    assertThat(counts.count(TaskStatus.PENDING)).isZero();
  }

  // ---- a worker that never asks ----

  @Test
  void claim_thatNobodyConfirms_isPutAwayWhenItsLeaseIsOver() throws SQLException {
    Claimed claimed = settled(task(1));
    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.APPLIED);
    clock.advance(LEASE);

    assertThat(expired()).isEmpty();
    assertThat(extend(claimed.token(), LEASE)).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void retry_beforeAnybodyConfirms_isOneTaskThatWaits_andRunsAgain() throws SQLException {
    Claimed first = settled(task(1));
    Task task = find(id(1));

    assertThat(apply(retry(task, NOON))).isEqualTo(Applied.APPLIED);

    assertThat(status(1)).isEqualTo(TaskStatus.PENDING);
    Claimed second = claimOnly(id(1));
    assertThat(claim()).isEmpty();
    confirm(first);
    assertThat(find(id(1))).isEqualTo(second.task());
    assertThat(apply(success(second))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void settlementByTheWorker_ofWhatATransactionHasSettled_isStale() throws SQLException {
    Claimed claimed = settled(task(1));

    assertThat(apply(failure(claimed))).isEqualTo(Applied.STALE);
    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
  }
}
