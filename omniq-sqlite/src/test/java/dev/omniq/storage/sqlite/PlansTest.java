package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Schedule;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How SQLite goes about every statement of a task's life: never from end to end of what grows. */
class PlansTest {
  private static final TaskId ID = TaskId.next(Instant.EPOCH);

  private static final List<TaskQuery> LISTS =
      List.of(
          TaskQuery.all(),
          TaskQuery.all().after(ID),
          TaskQuery.all().status(TaskStatus.PENDING),
          TaskQuery.all().status(TaskStatus.RUNNING),
          TaskQuery.all().status(TaskStatus.FAILED, TaskStatus.CANCELLED).after(ID),
          TaskQuery.all().status(TaskStatus.RUNNING, TaskStatus.SUCCESS),
          TaskQuery.all().name("known").queue("default").after(ID),
          TaskQuery.all().name("known").live(),
          TaskQuery.all().label("customer", "one"),
          TaskQuery.all().queue("default").label("customer", "one").label("colour", "red"),
          TaskQuery.all().status(TaskStatus.FAILED).label("customer", "one").after(ID),
          TaskQuery.all().created(Instant.EPOCH, Instant.EPOCH.plusSeconds(9)),
          TaskQuery.all().live().created(Instant.EPOCH, Instant.EPOCH.plusSeconds(9)).after(ID),
          TaskQuery.all().recurring(),
          TaskQuery.all().recurring().live().after(ID),
          TaskQuery.all().series(ID),
          TaskQuery.all().series(ID).status(TaskStatus.FAILED).after(ID));

  @TempDir Path directory;

  @Test
  void noStatementReadsATableThatGrows_fromEndToEnd() throws SQLException {
    String url = "sqlite:" + directory.resolve("omniq.db");
    SqliteStore.open(url, TimeSource.system()).close();
    SqliteFile file = SqliteFile.parse(url);
    var connections = new SqliteConnections(file);
    var statements =
        new SqliteStatements(TimeSource.system(), file, connections, new WakeUpListeners());
    Connection connection = connections.take();
    Sql sql = connections.sql(connection);

    live(statements, connection);

    var plans = new TreeMap<String, List<String>>();
    for (String text : sql.texts()) {
      if (!text.startsWith("PRAGMA") && !text.startsWith("EXPLAIN") && text.contains("omniq_")) {
        plans.put(text, plan(connection, text));
      }
    }
    connections.close();

    assertThat(plans).hasSizeGreaterThan(25);
    assertThat(plans).allSatisfy(PlansTest::check);
  }

  /**
   * All that is read from end to end is what does not grow, the rows of a subquery, and the ids in
   * their order, as far as a page goes. Only a page itself is sorted.
   */
  private static void check(String text, List<String> plan) {
    assertThat(plan)
        .as(text)
        .noneMatch(line -> line.matches("SCAN (t|b|i|omniq_task|omniq_ready|omniq_label)"))
        .noneMatch(
            line ->
                line.matches("SCAN (t|b|i|omniq_task|omniq_ready|omniq_label) .*")
                    && !line.endsWith("USING COVERING INDEX omniq_task_id")
                    && !text.contains("ORDER BY t.id"));
  }

  /** Without parameters, which no plan depends on. */
  private static List<String> plan(Connection connection, String text) throws SQLException {
    try (Sql own = new Sql(connection)) {
      return own.list(
          "EXPLAIN QUERY PLAN " + text.replaceAll(" -- \\d+$", ""), row -> row.getString(4));
    }
  }

  private static void live(SqliteStatements statements, Connection connection) throws SQLException {
    Transaction own = Transaction.own(connection);
    TaskSpec spec =
        TaskSpec.of("known", "[]").toBuilder()
            .schedule(new Schedule.FixedDelay(Duration.ofHours(1)))
            .uniqueKey(Optional.of("key"))
            .labels(Map.of("customer", "one"))
            .build();
    NewTask task = NewTask.first(TaskId.next(statements.now()), spec, Due.now());
    statements.insert(own, List.of(task));
    statements.insert(own, List.of(task));
    var request =
        new ClaimRequest(
            new ClaimToken("plans", 1),
            10,
            List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 10)),
            Set.of("known"),
            1,
            Duration.ofMinutes(1));
    statements.nextDue(own, request);
    List<Claimed> claimed = statements.claim(own, request);
    statements.claim(own, request);
    Claimed one = claimed.get(0);
    statements.extend(
        own, new LeaseExtension("plans", List.of(one.token()), Duration.ofMinutes(1)));
    statements.annotate(own, List.of(new Annotation(task.id(), one.token(), Notes.NONE)));
    var next =
        one.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(statements.now()))
            .build();
    var followUp =
        new NewTask(
            TaskId.next(statements.now()), spec, new Due.After(Duration.ofHours(1)), task.id(), 2);
    var transition =
        new Transition(task.id(), new Expected.Holder(one.token()), next, Optional.of(followUp));
    statements.apply(own, List.of(transition, transition)); // several are read at once
    statements.find(own, task.id());
    statements.liveRun(own, task.id());
    for (TaskQuery query : LISTS) {
      statements.list(own, query);
    }
    statements.stats(own);
    statements.workers(own);
    statements.changes(own, 0, 10);
    statements.expired(own, 10);
    statements.export(own, Optional.empty(), 10);
    var byNumber = new Retention(Duration.ofDays(1), Duration.ofDays(1), 0);
    assertThat(statements.purge(own, byNumber, 10)).isEqualTo(1);
    statements.delete(own, List.of(followUp.id()));
    statements.purge(own, new Retention(Duration.ZERO, Duration.ZERO, 0), 10);
  }
}
