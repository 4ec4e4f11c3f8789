package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.storage.postgres.Explained.Costs;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the hot statements cost in a deep store, as the server explains them: a million tasks of a
 * name that nobody knows are due and 20,000 with a label, 300,000 of priority 9 come in the next
 * minutes, and 250,000 have finished. With the planner's usual settings, and with statistics of a
 * time when all had finished, with none, and with those of all that. {@code -Domniq.depth=10000000}
 * for more that are due.
 */
@Timeout(1_200)
class PlansTest {
  private static final int BATCH = 100;
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final String SCHEMA = Server.newSchema();
  private static final int DEPTH = Integer.getInteger("omniq.depth", 1_000_000);
  private static Connection connection;
  private static Explained explained;
  private static PostgresStatements statements;
  private static long nextToken = 1;

  @BeforeAll
  @Timeout(1_200)
  static void fill() throws SQLException {
    PostgresStore.open(Server.url(SCHEMA), TimeSource.system()).close();
    connection = Server.connect();
    explained = new Explained(connection, Set.of("task", "ready", "label"));
    statements =
        new PostgresStatements(
            new Schema(SCHEMA),
            Clock.of(TimeSource.system()),
            new WakeUpCalls(new WakeUpListeners(), TimeSource.system()));
    for (int i = 0; i < 100; i++) {
      liveOnce();
    }
    Server.execute("VACUUM (ANALYZE)");
    liveOnce();
    insert(spec("known"), 1, Due.now());
    insert(spec("unknown"), 1, Due.now());
    insert(
        spec("known").toBuilder().labels(Map.of("customer", "one", "colour", "red")).build(),
        20,
        Due.now());
    insert(spec("known").toBuilder().priority(9).build(), 1, new Due.After(Duration.ofMinutes(5)));
    insert(spec("labelled").toBuilder().labels(Map.of("customer", "two")).build(), 1, Due.now());
    for (String table : List.of("task", "ready", "label")) {
      Server.execute("ALTER TABLE %s.%s SET (autovacuum_enabled = false)".formatted(SCHEMA, table));
    }
    copies("name = 'unknown'", DEPTH, "PENDING", "0");
    copies("priority = 9", 300_000, "PENDING", "n * 500");
    copies("name = 'unknown'", 200_000, "SUCCESS", "0");
    copies("name = 'unknown'", 50_000, "FAILED", "0");
    // So many that to read all labels is the worse plan: of one page, a server may read all.
    copies("name = 'labelled'", 20_000, "PENDING", "0");
  }

  /** Many rows like one that is there, as the store itself would have written them. */
  private static void copies(String like, int count, String status, String later)
      throws SQLException {
    String columns =
        "lane, name, queue, priority, arguments, labels, recurring, run, created_at, planned_at,"
            + " revision, attempt, losses, detached";
    Server.execute(
        """
        WITH new AS (
          INSERT INTO %1$s.task (id, seq, series_id, status, due_at, finished_at, %2$s)
          SELECT gen_random_uuid(), nextval('%1$s.task_seq'), gen_random_uuid(), '%5$s',
            o.due_at + %6$s, CASE WHEN '%5$s' = 'PENDING' THEN NULL ELSE o.due_at END, %2$s
          FROM (SELECT * FROM %1$s.task WHERE %3$s LIMIT 1) AS o, generate_series(1, %4$d) AS n
          RETURNING *
        )
        INSERT INTO %1$s.ready (lane, rank, seq, task)
        SELECT lane, due_at - priority * 60000000, seq, id FROM new WHERE status = 'PENDING'
        """
            .formatted(SCHEMA, columns, like, count, status, later));
  }

  @AfterAll
  static void drop() throws SQLException {
    connection.close();
    Server.execute("DROP SCHEMA " + SCHEMA + " CASCADE");
  }

  @Test
  void lifeOfATask_costsTheSameInADeepStore_whateverThePlannerKnows() throws SQLException {
    measure("plans of a store where all had finished");
    try (Statement statement = connection.createStatement()) {
      statement.execute("DISCARD PLANS");
    }
    measure("statistics of a store where all had finished");
    forgetStatistics();
    measure("no statistics");
    Server.execute("ANALYZE " + SCHEMA + ".task");
    Server.execute("ANALYZE " + SCHEMA + ".ready");
    measure("fresh statistics");
  }

  /** As if nobody had ever analyzed or vacuumed a table; other sessions plan anew. */
  private static void forgetStatistics() throws SQLException {
    Server.execute(
        "DELETE FROM pg_statistic WHERE starelid IN ("
            + "SELECT oid FROM pg_class WHERE relnamespace = '%s'::regnamespace)"
                .formatted(SCHEMA));
    Server.execute(
        "UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0"
            + " WHERE relnamespace = '%s'::regnamespace AND relkind IN ('r', 'i')"
                .formatted(SCHEMA));
  }

  /**
   * What a dashboard asks: few of a million, and old ones; the walk over all ids is not among it.
   */
  @Test
  void list_readsNoTaskThatIsNotAskedFor_whateverThePlannerKnows() throws SQLException {
    lists();
    forgetStatistics();
    lists();
    Server.execute("ANALYZE " + SCHEMA + ".task");
    Server.execute("ANALYZE " + SCHEMA + ".lane");
    Server.execute("ANALYZE " + SCHEMA + ".label");
    lists();
  }

  private static void lists() throws SQLException {
    TaskQuery page = TaskQuery.all().limit(50);
    for (TaskQuery query :
        List.of(
            page,
            page.status(TaskStatus.PENDING),
            page.status(TaskStatus.RUNNING),
            page.status(TaskStatus.SUCCESS),
            page.status(TaskStatus.FAILED, TaskStatus.CANCELLED),
            page.status(TaskStatus.RUNNING, TaskStatus.FAILED),
            page.name("known").status(TaskStatus.FAILED),
            page.name("unknown"),
            page.name("nobody has this"),
            page.queue("default").after(TaskId.next(statements.now())),
            page.queue("nobody uses this"),
            page.label("customer", "one"),
            page.label("customer", "one").name("known").status(TaskStatus.FAILED),
            page.label("customer", "nobody").live(),
            page.created(Instant.EPOCH, Instant.EPOCH.plusSeconds(9)),
            page.name("known").created(Instant.EPOCH, Instant.EPOCH.plusSeconds(9)),
            page.recurring(),
            page.recurring().live(),
            page.series(TaskId.next(statements.now())))) {
      explained.take();
      statements.list(transaction(), query);
      Costs costs = explained.take();
      assertThat(costs.statements()).as(query.toString()).isEqualTo(1);
      assertThat(costs.scanned()).as(query.toString()).isEmpty();
      assertThat(costs.removed()).as(query.toString()).isLessThanOrEqualTo(BATCH);
      assertThat(costs.pages()).as(query.toString()).isLessThanOrEqualTo(2_000);
    }
  }

  private void measure(String when) throws SQLException {
    // Several times, for plans that are kept may be made anew after the first few.
    for (int i = 0; i < 12; i++) {
      liveOnce();
    }
    settle(claim(BATCH, LEASE));
    explained.take();

    insert(spec("known"), BATCH, Due.now());
    Costs inserted = explained.take();
    List<Claimed> claimed = claim(BATCH, LEASE);
    Costs claims = explained.take();
    settle(claimed);
    Costs settled = explained.take();
    Optional<Instant> next = nextDue();
    Costs looked = explained.take();
    statements.stats(transaction());
    statements.workers(transaction());
    Costs watched = explained.take();
    var byNumber = new Retention(Duration.ofDays(9_999), Duration.ofDays(9_999), 0);
    int purged = statements.purge(transaction(), byNumber, BATCH);
    Costs purges = explained.take();
    insert(spec("known"), BATCH, Due.now());
    ClaimRequest request = request(BATCH, Duration.ofNanos(1));
    List<Claimed> abandoned = statements.claim(transaction(), request);
    explained.take();
    int expired = statements.expired(transaction(), BATCH).size();
    Costs rescues = explained.take();
    statements.expired(transaction(), BATCH / 10);
    Costs fewRescues = explained.take();
    int repeated = statements.claim(transaction(), request).size();
    Costs repeats = explained.take();
    hold(abandoned);
    Costs held = explained.take();
    settle(abandoned);
    List<TaskId> cancelled = insert(spec("known"), BATCH, Due.now());
    explained.take();
    cancel(cancelled);
    Costs cancels = explained.take();
    List<DeleteOutcome> deleted = statements.delete(transaction(), cancelled);
    Costs deletes = explained.take();

    System.out.printf(
        "%s, for %d tasks: insert %s%n  claim %s%n  settle %s%n  next due %s%n  watch %s%n"
            + "  expired %s%n  purge %s%n  repeated claim %s%n  renew and note %s%n  cancel %s%n"
            + "  delete %s%n",
        when, BATCH, inserted, claims, settled, looked, watched, rescues, purges, repeats, held,
        cancels, deletes);
    assertThat(claimed).hasSize(BATCH);
    assertThat(claims.statements()).as("round trips of a claim").isEqualTo(1);
    assertThat(inserted.statements()).as("with the folding of counters").isLessThanOrEqualTo(4);
    assertThat(settled.statements()).as("with the folding of counters").isLessThanOrEqualTo(4);
    assertThat(next).isPresent();
    assertThat(expired).isEqualTo(BATCH);
    assertThat(purged).isEqualTo(BATCH);
    assertThat(repeated).isEqualTo(BATCH);
    assertThat(deleted).hasSize(BATCH).containsOnly(DeleteOutcome.DELETED);
    check(inserted, 40);
    check(claims, 30);
    check(settled, 40);
    check(looked, 1);
    check(watched, 4);
    check(rescues, 20);
    assertThat(fewRescues.pages()).as("no task beyond the limit is locked").isLessThan(2 * BATCH);
    check(purges, 40);
    check(repeats, 20);
    check(held, 40);
    check(cancels, 60);
    check(deletes, 40);
  }

  private static void liveOnce() throws SQLException {
    insert(spec("known"), BATCH, Due.now());
    settle(claim(BATCH, LEASE));
    nextDue();
    statements.expired(transaction(), BATCH);
  }

  /** Nothing that grows is read from end to end, and nothing is read in vain. */
  private static void check(Costs costs, int pagesPerTask) {
    assertThat(costs.statements()).as("statements that were explained").isPositive();
    assertThat(costs.scanned()).as("tables read from end to end").isEmpty();
    assertThat(costs.removed()).as("rows removed").isLessThanOrEqualTo(BATCH);
    assertThat(costs.pages()).as("pages").isLessThanOrEqualTo((long) pagesPerTask * BATCH);
  }

  private static TaskSpec spec(String name) {
    return TaskSpec.of(name, "[\"payload\"]");
  }

  private static Transaction transaction() {
    return Transaction.ofUser(explained.connection());
  }

  private static List<TaskId> insert(TaskSpec spec, int count, Due due) throws SQLException {
    return statements
        .insert(
            transaction(),
            IntStream.range(0, count)
                .mapToObj(n -> NewTask.first(TaskId.next(statements.now()), spec, due))
                .toList())
        .stream()
        .map(Inserted::id)
        .toList();
  }

  private static Optional<Instant> nextDue() throws SQLException {
    return statements.nextDue(transaction(), request(1, LEASE));
  }

  private static ClaimRequest request(int limit, Duration lease) {
    var first = new ClaimToken("plans", nextToken);
    nextToken += limit;
    return new ClaimRequest(
        first,
        limit,
        List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, limit)),
        Set.of("known"),
        1,
        lease);
  }

  private static List<Claimed> claim(int limit, Duration lease) throws SQLException {
    return statements.claim(transaction(), request(limit, lease));
  }

  private static void hold(List<Claimed> claimed) throws SQLException {
    statements.extend(
        transaction(),
        new LeaseExtension("plans", claimed.stream().map(Claimed::token).toList(), LEASE));
    statements.annotate(
        transaction(),
        claimed.stream()
            .map(each -> new Annotation(each.task().id(), each.token(), Notes.NONE))
            .toList());
  }

  private static void cancel(List<TaskId> ids) throws SQLException {
    List<Transition> transitions = new ArrayList<>();
    for (TaskId id : ids) {
      Task task = statements.find(transaction(), id).orElseThrow();
      transitions.add(
          new Transition(
              id,
              new Expected.Observer(task.state().revision()),
              task.state().toBuilder()
                  .status(TaskStatus.CANCELLED)
                  .finishedAt(Optional.of(statements.now()))
                  .build(),
              Optional.empty()));
    }
    assertThat(statements.apply(transaction(), transitions)).containsOnly(Applied.APPLIED);
  }

  private static void settle(List<Claimed> claimed) throws SQLException {
    List<Transition> transitions = new ArrayList<>();
    for (Claimed each : claimed) {
      var next =
          each.task().state().toBuilder()
              .status(TaskStatus.SUCCESS)
              .finishedAt(Optional.of(statements.now()))
              .result(Optional.of("null"))
              .build();
      transitions.add(
          new Transition(
              each.task().id(), new Expected.Holder(each.token()), next, Optional.empty()));
    }
    statements.apply(transaction(), transitions);
  }
}
