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
import dev.omniq.storage.Transactional.Confirmation;
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
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
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
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the hot statements cost in a deep store, as the server explains them: a million tasks of a
 * name that nobody knows are due, 20,000 with a label, 50,000 that repeat and 50,000 with a unique
 * key, 300,000 of priority 9 come later, and 250,000 have finished, of which 50,000 were runs of
 * one series. With the planner's usual settings, and with statistics of a time when all had
 * finished, with none, and with those of all that. {@code -Domniq.depth=10000000} for more that are
 * due.
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
  private static TaskId series;

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
    insert(spec("known").toBuilder().priority(9).build(), 1, new Due.After(Duration.ofHours(2)));
    insert(spec("labelled").toBuilder().labels(Map.of("customer", "two")).build(), 1, Due.now());
    for (String table : List.of("task", "ready", "label")) {
      Server.execute("ALTER TABLE %s.%s SET (autovacuum_enabled = false)".formatted(SCHEMA, table));
    }
    series = insert(repeating("series"), 1, Due.now()).get(0);
    insert(spec("keyed"), 1, Due.now());
    copies("name = 'unknown'", DEPTH, "PENDING", "0");
    copies("priority = 9", 300_000, "PENDING", "n * 500");
    copies("name = 'unknown'", 200_000, "SUCCESS", "0");
    // So many that to read all labels is the worse plan: of one page, a server may read all.
    copies("name = 'labelled'", 20_000, "PENDING", "0");
    copies("name = 'series'", 50_000, "PENDING", "0");
    copies("name = 'series'", 50_000, "FAILED", "0");
    Server.execute(
        "UPDATE %s.task SET series_id = '%s' WHERE name = 'series' AND status = 'FAILED'"
            .formatted(SCHEMA, series.value()));
    copies("name = 'keyed'", 50_000, "PENDING", "0");
    Server.execute("UPDATE %s.task SET unique_key = id WHERE name = 'keyed'".formatted(SCHEMA));
  }

  /**
   * Many rows like one that is there, as the store itself would have written them. Ids are drawn,
   * but those of finished ones are of 2002 and so lower than others, as real ones are.
   */
  private static void copies(String like, int count, String status, String later)
      throws SQLException {
    String columns =
        "lane, name, queue, priority, arguments, labels, recurring, run, created_at, planned_at,"
            + " revision, attempt, losses, detached";
    Server.execute(
        """
        WITH new AS (
          INSERT INTO %1$s.task (id, seq, series_id, status, due_at, finished_at, %2$s)
          SELECT
            CASE WHEN '%5$s' = 'PENDING' THEN gen_random_uuid()
              ELSE overlay(gen_random_uuid()::text PLACING '00f00000' FROM 1)::uuid END,
            nextval('%1$s.task_seq'), gen_random_uuid(), '%5$s',
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
    planAnew();
    measure("statistics of a store where all had finished");
    leaveIndexesSwollen();
    planAnew(); // a change of an index alone does not
    measure("the same, and indexes that a backlog has left large");
    forgetStatistics();
    measure("no statistics");
    Server.execute("ANALYZE " + SCHEMA + ".task");
    Server.execute("ANALYZE " + SCHEMA + ".ready");
    Server.execute("ANALYZE " + SCHEMA + ".lane");
    Server.execute("ANALYZE " + SCHEMA + ".label");
    measure("fresh statistics");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET effective_cache_size = '1MB'"); // as beside tables larger than memory
    }
    measure("fresh statistics, and little memory");
  }

  private static void planAnew() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DISCARD PLANS");
    }
  }

  /** As if the server had seen those of keys and series when a few entries were left in them. */
  private static void leaveIndexesSwollen() throws SQLException {
    Server.execute(
        "UPDATE pg_class SET reltuples = 8, relpages = pg_relation_size(oid) / 8192"
            + " WHERE relnamespace = '%s'::regnamespace AND relname IN ('task_key', 'task_series')"
                .formatted(SCHEMA));
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

  /** What a dashboard asks: few of a million, and old ones; no walk over all ids is among it. */
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
    // As a server does by itself.
    Server.execute("VACUUM %1$s.counter, %1$s.running".formatted(SCHEMA));
    // Several times, for plans that are kept may be made anew after the first few.
    for (int i = 0; i < 12; i++) {
      liveOnce();
    }
    settle(claim(BATCH, LEASE));
    System.out.printf("%s, for %d tasks:%n", when, BATCH);

    cost("insert", 40, () -> insert(spec("known"), BATCH, Due.now()));
    List<Claimed> claimed = cost("claim", 30, () -> claim(BATCH, LEASE));
    assertThat(claimed).hasSize(BATCH);
    cost("settle", 40, () -> settle(claimed));
    assertThat(cost("next due", 1, PlansTest::nextDue)).isPresent();
    cost("counts", 2, () -> statements.stats(transaction()));
    cost("workers", 2, () -> statements.workers(transaction()));

    insert(spec("known"), BATCH, Due.now());
    ClaimRequest request = request(BATCH, Duration.ofNanos(1));
    List<Claimed> abandoned = statements.claim(transaction(), request);
    assertThat(cost("expired", 20, () -> statements.expired(transaction(), BATCH))).hasSize(BATCH);
    // Two pages a task of the limit would be more: no task beyond the limit is locked.
    cost("a few expired", 2, () -> statements.expired(transaction(), BATCH / 10));
    assertThat(cost("repeated claim", 20, () -> statements.claim(transaction(), request)))
        .isEqualTo(abandoned);
    assertThat(cost("renew", 20, () -> extend(abandoned))).containsOnly(Applied.APPLIED);
    assertThat(cost("note", 20, () -> annotate(abandoned))).containsOnly(Applied.APPLIED);
    assertThat(cost("confirm", 20, () -> confirm(abandoned))).containsOnly(Confirmation.OPEN);
    settle(abandoned);

    List<TaskId> cancelled = insert(spec("known"), BATCH, Due.now());
    cost("cancel", 60, () -> change(cancelled, PlansTest::cancelled));
    assertThat(cost("delete", 40, () -> statements.delete(transaction(), cancelled)))
        .hasSize(BATCH)
        .containsOnly(DeleteOutcome.DELETED);

    List<TaskId> keyed = insertKeyed();
    assertThat(cost("insert with keys that are held", 60, PlansTest::insertKeyed)).isEqualTo(keyed);
    change(keyed, PlansTest::cancelled);
    cost("retry with keys", 80, () -> change(keyed, PlansTest::retried));
    statements.delete(transaction(), keyed);

    insert(repeating("known"), BATCH, Due.now());
    List<Claimed> runs = claim(BATCH, LEASE);
    cost("settle and follow up", 80, () -> settle(runs));
    List<TaskId> ended = runs.stream().map(each -> each.task().id()).toList();
    assertThat(cost("delete runs", 60, () -> statements.delete(transaction(), ended)))
        .containsOnly(DeleteOutcome.SERIES_CONTINUES);
    assertThat(cost("live run", 1, () -> statements.liveRun(transaction(), series))).isPresent();

    var byNumber = new Retention(Duration.ofDays(9_999), Duration.ofDays(9_999), 0);
    assertThat(cost("purge by number", 40, () -> statements.purge(transaction(), byNumber, BATCH)))
        .isEqualTo(BATCH);
    var byAge = new Retention(Duration.ZERO, Duration.ZERO, Long.MAX_VALUE);
    assertThat(cost("purge by age", 40, () -> statements.purge(transaction(), byAge, BATCH)))
        .isEqualTo(BATCH);
    cost("export", 20, () -> statements.export(transaction(), Optional.of(series), BATCH));
    cost("changes", 20, () -> statements.changes(transaction(), 0, BATCH));
    lists();
  }

  private static void liveOnce() throws SQLException {
    insert(spec("known"), BATCH, Due.now());
    settle(claim(BATCH, LEASE));
    nextDue();
    statements.expired(transaction(), BATCH);
  }

  private interface Step<T> {
    T take() throws SQLException;
  }

  /** Nothing that grows is read from end to end, and nothing is read in vain. */
  private static <T> T cost(String what, int pagesPerTask, Step<T> step) throws SQLException {
    explained.take();
    T result = step.take();
    Costs costs = explained.take();
    System.out.printf("  %s: %s%n", what, costs);
    assertThat(costs.statements()).as("%s: statements explained", what).isPositive();
    assertThat(costs.scanned()).as("%s: tables read from end to end", what).isEmpty();
    assertThat(costs.removed()).as("%s: rows read in vain", what).isLessThanOrEqualTo(BATCH);
    assertThat(costs.pages())
        .as("%s: pages", what)
        .isLessThanOrEqualTo((long) pagesPerTask * BATCH);
    return result;
  }

  private static TaskSpec spec(String name) {
    return TaskSpec.of(name, "[\"payload\"]");
  }

  private static TaskSpec repeating(String name) {
    return spec(name).toBuilder().schedule(new Schedule.FixedRate(Duration.ofHours(1))).build();
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

  /** The ids of those that hold the keys. */
  private static List<TaskId> insertKeyed() throws SQLException {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      TaskSpec spec = spec("known").toBuilder().uniqueKey(Optional.of("key " + i)).build();
      tasks.add(NewTask.first(TaskId.next(statements.now()), spec, Due.now()));
    }
    return statements.insert(transaction(), tasks).stream().map(Inserted::id).toList();
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

  private static List<Applied> extend(List<Claimed> claimed) throws SQLException {
    return statements.extend(
        transaction(),
        new LeaseExtension("plans", claimed.stream().map(Claimed::token).toList(), LEASE));
  }

  private static List<Applied> annotate(List<Claimed> claimed) throws SQLException {
    return statements.annotate(
        transaction(),
        claimed.stream()
            .map(each -> new Annotation(each.task().id(), each.token(), Notes.NONE))
            .toList());
  }

  private static List<Confirmation> confirm(List<Claimed> claimed) throws SQLException {
    List<Confirmation> answers = new ArrayList<>();
    for (Claimed each : claimed) {
      answers.add(statements.confirm(transaction(), each.task().id(), each.token()));
    }
    return answers;
  }

  private static List<Applied> change(List<TaskId> ids, UnaryOperator<TaskState> change)
      throws SQLException {
    List<Transition> transitions = new ArrayList<>();
    for (TaskId id : ids) {
      TaskState state = statements.find(transaction(), id).orElseThrow().state();
      transitions.add(
          new Transition(
              id, new Expected.Observer(state.revision()), change.apply(state), Optional.empty()));
    }
    List<Applied> answers = statements.apply(transaction(), transitions);
    assertThat(answers).containsOnly(Applied.APPLIED);
    return answers;
  }

  private static TaskState cancelled(TaskState state) {
    return state.toBuilder()
        .status(TaskStatus.CANCELLED)
        .finishedAt(Optional.of(statements.now()))
        .build();
  }

  private static TaskState retried(TaskState state) {
    return state.toBuilder().status(TaskStatus.PENDING).finishedAt(Optional.empty()).build();
  }

  private static List<Applied> settle(List<Claimed> claimed) throws SQLException {
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
              each.task().id(), new Expected.Holder(each.token()), next, followUp(each.task())));
    }
    return statements.apply(transaction(), transitions);
  }

  private static Optional<NewTask> followUp(Task run) {
    return Optional.of(run)
        .filter(Task::recurring)
        .map(
            each ->
                new NewTask(
                    TaskId.next(statements.now()),
                    each.spec(),
                    new Due.After(Duration.ofHours(1)),
                    each.seriesId(),
                    each.run() + 1));
  }
}
