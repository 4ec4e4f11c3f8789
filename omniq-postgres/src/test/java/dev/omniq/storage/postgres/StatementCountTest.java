package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How many statements and commits the life of tasks takes, each of which is a round trip: a guard
 * of speed that needs no clock.
 */
class StatementCountTest {
  private static final int MANY = 1_000;

  private final String schema = Server.newSchema();
  private final AtomicInteger statements = new AtomicInteger();
  private final AtomicInteger commits = new AtomicInteger();
  private HikariDataSource pool;
  private JdbcStore store;
  private long nextToken = 1;

  /** How many there were. */
  private record Trips(int statements, int commits) {}

  @BeforeEach
  void open() {
    var config = new HikariConfig();
    config.setJdbcUrl(Server.url());
    pool = new HikariDataSource(config);
    store =
        PostgresStore.open(
            counting(DataSource.class, pool),
            PostgresOptions.defaults().schema(schema).listen(false),
            TimeSource.system());
    insert(1); // the lane is known from here on
    settle(claim(1));
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    pool.close();
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  @Test
  void insert_ofOneTask_isOneRoundTrip() {
    assertThat(trips(() -> insert(1))).isEqualTo(new Trips(1, 0));
  }

  @Test
  void insert_ofAThousandTasks_isOneStatementInOneTransaction() {
    assertThat(trips(() -> insert(MANY))).isEqualTo(new Trips(1, 1));
  }

  @Test
  void claim_isOneRoundTrip_howeverManyTasksItTakes() {
    insert(MANY);

    assertThat(trips(() -> assertThat(claim(MANY)).hasSize(MANY))).isEqualTo(new Trips(1, 0));
  }

  @Test
  void claim_afterOneInVain_isOneRoundTrip() {
    claim(1);
    ClaimRequest inVain = request(1);

    assertThat(trips(() -> store.claim(inVain).join())).isEqualTo(new Trips(1, 0));
    assertThat(trips(() -> store.claim(inVain).join())).isEqualTo(new Trips(1, 0));
  }

  @Test
  void claim_afterASignOfLifeThatCameBeforeAll_isOneRoundTrip() {
    var early = new ClaimToken("early", 1);
    store.extend(new LeaseExtension(early.worker(), List.of(), Duration.ofMinutes(1))).join();
    store.claim(request(early)).join();

    ClaimToken second = new ClaimToken(early.worker(), 2);
    assertThat(trips(() -> store.claim(request(second)).join())).isEqualTo(new Trips(1, 0));
  }

  @Test
  void settlement_ofOneTask_isOneRoundTrip() {
    insert(1);
    List<Claimed> claimed = claim(1);

    assertThat(trips(() -> settle(claimed))).isEqualTo(new Trips(1, 0));
  }

  @Test
  void settlement_ofAThousandTasks_isOneStatementInOneTransaction() {
    insert(MANY);
    List<Claimed> claimed = claim(MANY);

    assertThat(trips(() -> settle(claimed))).isEqualTo(new Trips(1, 1));
  }

  @Test
  void lookOfAWorkerThatIsIdle_isOneRoundTrip_andLostLeasesNeedNone() {
    Trips trips =
        trips(
            () -> {
              assertThat(store.nextDue(request(10)).join()).isEmpty();
              assertThat(store.expired(10).join()).isEmpty();
            });

    assertThat(trips).isEqualTo(new Trips(1, 0));
  }

  @Test
  void lookForLostLeases_afterAClaim_asksTheDatabase() {
    store.nextDue(request(10)).join();
    claim(10);

    assertThat(trips(() -> store.expired(10).join())).isEqualTo(new Trips(1, 0));
  }

  @Test
  void lookForLostLeases_whenOneEndsMeanwhile_findsIt() throws Exception {
    insert(1);
    store.claim(request(1, Duration.ofMillis(500))).join();
    store.nextDue(request(10)).join();
    assertThat(store.expired(10).join()).isEmpty();

    Server.execute("SELECT pg_sleep(0.6)"); // by the clock that leases end by, which cannot be set

    assertThat(store.expired(10).join()).hasSize(1);
  }

  @Test
  void callsOfFunctions_arePreparedAtTheServer_butNothingElse() throws SQLException {
    insert(1);
    claim(1);
    store.expired(10).join();

    assertThat(preparedByTheStore())
        .isNotEmpty()
        .allMatch(
            text ->
                text.matches(".*_tasks?\\(.*") || text.equals("BEGIN") || text.equals("COMMIT"));
  }

  /** Of the connections that the pool has open. */
  private List<String> preparedByTheStore() throws SQLException {
    List<String> texts = new ArrayList<>();
    int open = pool.getHikariPoolMXBean().getTotalConnections();
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < open; i++) {
      Connection connection = pool.getConnection();
      all.add(connection);
      try (Statement statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT statement FROM pg_prepared_statements")) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
    }
    for (Connection connection : all) {
      connection.close();
    }
    return texts;
  }

  private Trips trips(Runnable calls) {
    int statementsBefore = statements.get();
    int commitsBefore = commits.get();
    calls.run();
    return new Trips(statements.get() - statementsBefore, commits.get() - commitsBefore);
  }

  private <T> T counting(Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            StatementCountTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (target instanceof Statement && method.getName().startsWith("execute")) {
                statements.incrementAndGet();
              } else if (method.getName().equals("commit")) {
                commits.incrementAndGet();
              }
              Object result = call(target, method, arguments);
              if (method.getName().equals("unwrap")) {
                return result; // the driver's own
              }
              if (result instanceof Connection connection) {
                return counting(Connection.class, connection);
              }
              if (result instanceof PreparedStatement statement) {
                return counting(PreparedStatement.class, statement);
              }
              return result;
            }));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
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
    return request(limit, Duration.ofMinutes(1));
  }

  private ClaimRequest request(int limit, Duration lease) {
    var first = new ClaimToken("counted", nextToken);
    nextToken += limit;
    return request(first, limit, lease);
  }

  private static ClaimRequest request(ClaimToken only) {
    return request(only, 1, Duration.ofMinutes(1));
  }

  private static ClaimRequest request(ClaimToken first, int limit, Duration lease) {
    return new ClaimRequest(
        first,
        limit,
        List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, limit)),
        Set.of("known"),
        1,
        lease);
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
