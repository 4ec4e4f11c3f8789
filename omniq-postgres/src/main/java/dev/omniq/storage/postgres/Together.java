package dev.omniq.storage.postgres;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.storage.postgres.Sql.Column;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who has looked at them wants of many tasks that nobody runs: a few statements for
 * all. Whatever needs a closer look is left to {@link Settling}, one by one.
 */
final class Together {
  /** Rows that are locked, and whose old state is known. */
  private static final String CHANGE =
      """
      WITH clock AS MATERIALIZED (SELECT {now} AS now),
      done AS (
        UPDATE {schema}.task t
        SET revision = t.revision + 1, {set}
        FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WITH ORDINALITY AS i (
          id, revision, before, status, due_at, attempt, losses, started_at, finished_at, by_worker,
          errors, result, notes, detached, lane, place)
        WHERE t.id = i.id AND t.revision = i.revision
        RETURNING t.id, t.seq, t.lane, t.status, t.due_at, t.priority, t.queue, t.name, i.before,
          i.place
      ),
      waiting AS (
        INSERT INTO {schema}.ready (lane, rank, seq, task)
        SELECT lane, due_at - priority * 60000000, seq, id FROM done WHERE status = 'PENDING'
      ),
      counted AS (
        INSERT INTO {schema}.counter (queue, name, status, n)
        SELECT d.queue, d.name, v.status, sum(v.n) FROM done d,
          LATERAL (VALUES (d.before, -1), (d.status, 1)) AS v (status, n)
        WHERE d.before <> d.status GROUP BY d.queue, d.name, v.status
      ),
      told AS MATERIALIZED (
        SELECT {schema}.tell(k.now, array_agg(d.id ORDER BY d.place),
          array_agg(d.name ORDER BY d.place), array_agg(d.status ORDER BY d.place))
        FROM done d, clock k GROUP BY k.now
      )
      SELECT d.id FROM done d, told
      """
          .replace("{set}", Settling.SET);

  private final Transaction transaction;
  private final Sql sql;
  private final Lanes lanes;
  private final Clock clock;

  Together(Transaction transaction, Sql sql, Lanes lanes, Clock clock) {
    this.transaction = transaction;
    this.sql = sql;
    this.lanes = lanes;
    this.clock = clock;
  }

  /** Changes one by itself. */
  @FunctionalInterface
  interface Closer {
    Applied change(Transition transition) throws SQLException;
  }

  /** What is there, locked, and what it becomes. */
  private record Change(int place, Row row, TaskState next) {}

  /** No task is twice among them. The answers are in their order. */
  List<Applied> apply(List<Transition> transitions, Closer closer) throws SQLException {
    Map<TaskId, Row> rows = lock(sql, transitions.stream().map(Transition::id).toList());
    Set<Key> taken = heldKeys(rows.values().stream().filter(row -> row.status().isFinished()));
    Applied[] answers = new Applied[transitions.size()];
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      Transition transition = transitions.get(i);
      Row row = rows.get(transition.id());
      if (row == null || !isSimple(transition, row) || takesAKey(row) && !taken.add(key(row))) {
        make(changes, answers); // it may depend on what comes before it
        answers[i] = closer.change(transition);
      } else if (Settling.holds(transition.expected(), row)) {
        Settling.requireAllowed(row, transition.next().status());
        changes.add(new Change(i, row, transition.next()));
      } else {
        answers[i] = Applied.STALE;
      }
    }
    make(changes, answers);
    return List.of(answers);
  }

  private static boolean isSimple(Transition transition, Row row) {
    return transition.expected() instanceof Expected.Observer
        && transition.next().status() != TaskStatus.RUNNING
        && transition.followUp().isEmpty()
        && !(row.status().isFinished() && row.recurring() && !transition.next().detached());
  }

  // ---- unique keys ----

  /** Of which a queue has one live task at most. */
  private record Key(String queue, @Nullable String key) {}

  private static Key key(Row row) {
    return new Key(row.queue(), row.uniqueKey());
  }

  /** Only what comes back to life may find its key taken. */
  private static boolean takesAKey(Row row) {
    return row.uniqueKey() != null && row.status().isFinished();
  }

  private Set<Key> heldKeys(Stream<Row> finished) throws SQLException {
    List<Key> wanted = finished.filter(Together::takesAKey).map(Together::key).distinct().toList();
    if (wanted.isEmpty()) {
      return new HashSet<>();
    }
    return new HashSet<>(
        sql.list(
            """
            SELECT k.queue, k.unique_key FROM unnest(?, ?) AS k (queue, unique_key)
            WHERE {schema}.holder(k.queue, k.unique_key) IS NOT NULL
            """,
            row -> new Key(row.getString(1), row.getString(2)),
            Column.of("text", wanted, Key::queue),
            Column.of("text", wanted, Key::key)));
  }

  // ---- the change ----

  private void make(List<Change> changes, Applied[] answers) throws SQLException {
    Set<TaskId> left = leave(sql, changes.stream().map(Change::row).toList());
    Set<TaskId> entered =
        enter(changes.stream().filter(change -> left.contains(change.row.id())).toList());
    for (Change change : changes) {
      answers[change.place] = entered.contains(change.row.id()) ? Applied.APPLIED : Applied.STALE;
    }
    changes.clear();
  }

  private Set<TaskId> enter(List<Change> all) throws SQLException {
    if (all.isEmpty()) {
      return Set.of();
    }
    Map<Lanes.Key, Integer> ids =
        lanes.ids(transaction, sql, all.stream().map(Together::lane).collect(Collectors.toSet()));
    return new HashSet<>(
        sql.list(
            CHANGE.replace("{now}", clock.now()),
            row -> Sql.id(row, 1),
            Column.ids(all, change -> change.row.id()),
            Column.of("int4", all, change -> change.row.storedRevision()),
            Column.of("text", all, change -> change.row.status().name()),
            Column.of("text", all, change -> change.next.status().name()),
            Column.of("int8", all, change -> Times.toMicros(change.next.dueAt())),
            Column.of("int4", all, change -> change.next.attempt()),
            Column.of("int4", all, change -> change.next.losses()),
            Column.of("int8", all, change -> micros(change.next.startedAt())),
            Column.of("int8", all, change -> micros(change.next.finishedAt())),
            Column.of("text", all, change -> change.next.worker().orElse(null)),
            Column.of("text", all, change -> TaskColumns.errors(change.next.errors())),
            Column.of("text", all, change -> change.next.result().orElse(null)),
            Column.of("text", all, change -> TaskColumns.notes(change.next.notes())),
            Column.of("bool", all, change -> change.next.detached()),
            Column.of("int4", all, change -> ids.get(lane(change)))));
  }

  private static Lanes.Key lane(Change change) {
    Row row = change.row;
    return new Lanes.Key(row.queue(), row.name(), row.priority(), change.next.losses() > 0);
  }

  private static @Nullable Long micros(Optional<Instant> time) {
    return time.map(Times::toMicros).orElse(null);
  }

  // ---- rows ----

  /**
   * The rows of tasks that nobody runs, locked; without those that somebody else has locked. What
   * waits may still be claimed. From here on the transaction waits for a user's, which may have
   * taken a unique key, no longer than patience lasts.
   */
  static Map<TaskId, Row> lock(Sql sql, List<TaskId> ids) throws SQLException {
    List<TaskId> locked =
        sql.list(
            """
            SELECT t.id FROM {schema}.task t,
              set_config('lock_timeout', '{patience}', true) AS patience
            WHERE t.id = ANY (?) AND patience IS NOT NULL
              AND NOT EXISTS (SELECT FROM {schema}.running r WHERE r.task = t.id)
            ORDER BY t.id
            FOR NO KEY UPDATE OF t SKIP LOCKED
            """
                .replace("{patience}", PostgresStatements.LOCK_PATIENCE),
            row -> Sql.id(row, 1),
            Column.ids(ids, id -> id));
    return Row.read(sql, locked).stream()
        .filter(row -> row.status() != TaskStatus.RUNNING)
        .collect(Collectors.toMap(Row::id, row -> row));
  }

  /** Takes what waits out of where it waits; without those that were claimed meanwhile. */
  static Set<TaskId> leave(Sql sql, List<Row> rows) throws SQLException {
    List<Row> waiting = rows.stream().filter(row -> row.status() == TaskStatus.PENDING).toList();
    Set<TaskId> left =
        rows.stream()
            .filter(row -> row.status() != TaskStatus.PENDING)
            .map(Row::id)
            .collect(Collectors.toCollection(HashSet::new));
    if (!waiting.isEmpty()) {
      left.addAll(
          sql.list(
              """
              DELETE FROM {schema}.ready r
              USING unnest(?, ?, ?) AS i (lane, rank, seq)
              WHERE r.lane = i.lane AND r.rank = i.rank AND r.seq = i.seq
              RETURNING r.task
              """,
              row -> Sql.id(row, 1),
              Column.of("int4", waiting, Row::lane),
              Column.of("int8", waiting, Row::rank),
              Column.of("int8", waiting, Row::seq)));
    }
    return left;
  }
}
