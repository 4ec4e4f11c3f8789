package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the hot statements cost in a deep store, in rows and pages that the server itself counts: a
 * million tasks of a name that nobody knows are due, 300,000 of priority 9 come in the next
 * minutes, and 200,000 have finished. With the planner's usual settings, and both before and after
 * it has gathered statistics of all that.
 */
@Timeout(300)
class PlansTest {
  private static final int BATCH = 100;
  private static final String SCHEMA = Server.newSchema();
  private static Connection connection;
  private static PostgresStatements statements;
  private static long nextToken = 1;

  /** What the server counted in the tables of the schema. */
  private record Counted(long rows, long sequentialScans, long pages) {

    /** A session tells what it has counted when it is asked to. */
    static Counted now() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_stat_force_next_flush()");
        statement.execute("SELECT 1");
      }
      return new Counted(
          sum("coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)", "pg_stat_user_tables"),
          sum("coalesce(seq_scan, 0)", "pg_stat_user_tables"),
          sum(
              "coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0)"
                  + " + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)",
              "pg_statio_user_tables"));
    }

    /** Only of the tables that grow; the small ones are better read from end to end. */
    private static long sum(String what, String view) throws SQLException {
      return Long.parseLong(
          Server.ask(
              "SELECT sum("
                  + what
                  + ") FROM "
                  + view
                  + " WHERE schemaname = '"
                  + SCHEMA
                  + "' AND relname IN ('task', 'ready')"));
    }

    Counted since(Counted before) {
      return new Counted(
          rows - before.rows, sequentialScans - before.sequentialScans, pages - before.pages);
    }
  }

  @BeforeAll
  static void fill() throws SQLException {
    PostgresStore.open(Server.url(SCHEMA), TimeSource.system()).close();
    connection = Server.connect();
    statements =
        new PostgresStatements(
            new Schema(SCHEMA),
            Clock.of(TimeSource.system()),
            new WakeUpCalls(new WakeUpListeners(), TimeSource.system()));
    insert(spec("known"), 1, Due.now());
    insert(spec("unknown"), 1, Due.now());
    insert(spec("known").toBuilder().priority(9).build(), 1, new Due.After(Duration.ofMinutes(5)));
    Server.execute("ALTER TABLE " + SCHEMA + ".task SET (autovacuum_enabled = false)");
    Server.execute("ALTER TABLE " + SCHEMA + ".ready SET (autovacuum_enabled = false)");
    copies("name = 'unknown'", 1_000_000, "PENDING", "0");
    copies("priority = 9", 300_000, "PENDING", "n * 500");
    copies("name = 'unknown'", 200_000, "SUCCESS", "0");
  }

  /** Many rows like one that is there, as the store itself would have written them. */
  private static void copies(String like, int count, String status, String later)
      throws SQLException {
    String columns =
        "lane, name, queue, priority, arguments, recurring, run, created_at, planned_at, revision,"
            + " attempt, losses, detached";
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
    measure("no statistics");
    Server.execute("ANALYZE " + SCHEMA + ".task");
    Server.execute("ANALYZE " + SCHEMA + ".ready");
    measure("fresh statistics");
  }

  private void measure(String when) throws SQLException {
    // The driver prepares a statement at the fifth time, and the server plans it once for all then.
    for (int i = 0; i < 12; i++) {
      insert(spec("known"), BATCH, Due.now());
      settle(claim(BATCH));
      nextDue();
    }
    settle(claim(BATCH));

    Counted before = Counted.now();
    insert(spec("known"), BATCH, Due.now());
    Counted inserted = Counted.now().since(before);

    before = Counted.now();
    List<Claimed> claimed = claim(BATCH);
    Counted claims = Counted.now().since(before);

    before = Counted.now();
    settle(claimed);
    Counted settled = Counted.now().since(before);

    before = Counted.now();
    assertThat(nextDue()).isPresent();
    Counted looked = Counted.now().since(before);

    before = Counted.now();
    statements.stats(transaction());
    statements.workers(transaction());
    assertThat(statements.expired(transaction(), BATCH)).isEmpty();
    Counted watched = Counted.now().since(before);

    System.out.printf(
        "%s, for %d tasks: insert %s, claim %s, settle %s, next due %s, watched %s%n",
        when, BATCH, inserted, claims, settled, looked, watched);
    assertThat(claimed).hasSize(BATCH);
    check(inserted, 3);
    check(claims, 4);
    check(settled, 4);
    check(looked, 1);
    check(watched, 1);
  }

  /** Rows and pages for each task; nothing that grows is read from end to end. */
  private static void check(Counted counted, int rowsPerTask) {
    assertThat(counted.pages).as("pages that were counted at all").isPositive();
    assertThat(counted.sequentialScans).isZero();
    assertThat(counted.rows).isLessThanOrEqualTo((long) rowsPerTask * BATCH);
    assertThat(counted.pages).isLessThanOrEqualTo(60L * BATCH);
  }

  private static TaskSpec spec(String name) {
    return TaskSpec.of(name, "[\"payload\"]");
  }

  private static Transaction transaction() {
    return Transaction.ofUser(connection);
  }

  private static void insert(TaskSpec spec, int count, Due due) throws SQLException {
    statements.insert(
        transaction(),
        IntStream.range(0, count)
            .mapToObj(n -> NewTask.first(TaskId.next(statements.now()), spec, due))
            .toList());
  }

  private static Optional<Instant> nextDue() throws SQLException {
    return statements.nextDue(transaction(), request(1));
  }

  private static ClaimRequest request(int limit) {
    var first = new ClaimToken("plans", nextToken);
    nextToken += limit;
    return new ClaimRequest(
        first,
        limit,
        List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, limit)),
        Set.of("known"),
        1,
        Duration.ofMinutes(1));
  }

  private static List<Claimed> claim(int limit) throws SQLException {
    return statements.claim(transaction(), request(limit));
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
