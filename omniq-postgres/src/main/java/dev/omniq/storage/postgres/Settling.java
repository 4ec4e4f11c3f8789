package dev.omniq.storage.postgres;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.storage.postgres.Sql.Column;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * States change. What holders and rescuers tell of claims goes in one statement for all; what
 * others want of tasks that are not theirs goes {@link Together} where nobody runs them, and else
 * one by one, for it needs to be decided on what is there.
 */
final class Settling {
  /** What becomes of a row; i holds the new state. */
  static final String SET =
      """
      status = i.status, due_at = i.due_at, attempt = i.attempt, losses = i.losses,
      started_at = i.started_at, finished_at = i.finished_at, worker = i.by_worker,
      errors = i.errors, result = i.result, notes = i.notes, detached = i.detached,
      lane = i.lane""";

  static final String SETTLE =
      "SELECT unnest({schema}.settle_tasks("
          + "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

  /** One task, whose row is locked; the fence was passed before. */
  private static final String CHANGE =
      """
      WITH clock AS MATERIALIZED (SELECT {now} AS now),
      input AS MATERIALIZED (
        SELECT ?::text AS status, ?::bigint AS due_at, ?::int AS attempt, ?::int AS losses,
          ?::bigint AS started_at, ?::bigint AS finished_at, ?::text AS by_worker,
          ?::text AS errors, ?::text AS result, ?::text AS notes, ?::boolean AS detached,
          ?::int AS lane
      ),
      done AS (
        UPDATE {schema}.task t
        SET revision = t.revision + ?, {set}
        FROM input i, (SELECT status AS before FROM {schema}.task WHERE id = ?) AS b
        WHERE t.id = ? AND t.revision = ?
        RETURNING t.id, t.seq, t.lane, t.status, t.due_at, t.priority, t.queue, t.name, b.before,
          1 AS place
      ),
      waiting AS (
        INSERT INTO {schema}.ready (lane, rank, seq, task)
        SELECT lane, due_at - priority * 60000000, seq, id FROM done WHERE status = 'PENDING'
      ),
      counted AS (
        INSERT INTO {schema}.counter (queue, name, status, n)
        SELECT d.queue, d.name, v.status, v.n FROM done d,
          LATERAL (VALUES (d.before, -1), (d.status, 1)) AS v (status, n)
        WHERE d.before <> d.status
      )
      SELECT d.id, {schema}.tell(k.now, ARRAY[d.id], ARRAY[d.name], ARRAY[d.status])
      FROM done d, clock k
      """
          .replace("{set}", SET);

  private final Transaction transaction;
  private final Sql sql;
  private final Lanes lanes;
  private final Clock clock;
  private final Inserting inserting;
  private final List<ClaimToken> revoked = new ArrayList<>();

  Settling(Transaction transaction, Sql sql, Lanes lanes, Clock clock) {
    this.transaction = transaction;
    this.sql = sql;
    this.lanes = lanes;
    this.clock = clock;
    inserting = new Inserting(transaction, sql, lanes, clock);
  }

  /** Claims that were taken away from holders who do not know. */
  List<ClaimToken> revoked() {
    return revoked;
  }

  // ---- in their order ----

  /** What stands together, and is of one kind, goes together; no task is twice among it. */
  List<Applied> apply(List<Transition> transitions) throws SQLException {
    Applied[] answers = new Applied[transitions.size()];
    Map<TaskId, Integer> together = new LinkedHashMap<>();
    boolean settlements = true;
    for (int i = 0; i < answers.length; i++) {
      Transition transition = transitions.get(i);
      if (isSettlement(transition) != settlements || together.containsKey(transition.id())) {
        make(settlements, together, transitions, answers);
        settlements = isSettlement(transition);
      }
      together.put(transition.id(), i);
    }
    make(settlements, together, transitions, answers);
    return Arrays.asList(answers);
  }

  /** Whether these are settlements that bring nothing new and need not be asked for a lane. */
  static boolean inOneStatement(List<Transition> transitions) {
    Set<TaskId> ids = new HashSet<>();
    return transitions.stream()
        .allMatch(
            each ->
                isSettlement(each)
                    && each.followUp().isEmpty()
                    && !isLostAndWaits(each)
                    && ids.add(each.id()));
  }

  private static boolean isLostAndWaits(Transition transition) {
    return transition.next().losses() > 0 && transition.next().status() == TaskStatus.PENDING;
  }

  private void make(
      boolean settlements,
      Map<TaskId, Integer> together,
      List<Transition> transitions,
      Applied[] answers)
      throws SQLException {
    if (settlements) {
      settle(together, transitions, answers);
    } else {
      change(together, transitions, answers);
    }
    together.clear();
  }

  /** RUNNING never follows a claim: that is refused where it is decided upon what is there. */
  private static boolean isSettlement(Transition transition) {
    return !(transition.expected() instanceof Expected.Observer)
        && transition.next().status() != TaskStatus.RUNNING;
  }

  private void settle(
      Map<TaskId, Integer> together, List<Transition> transitions, Applied[] answers)
      throws SQLException {
    if (together.isEmpty()) {
      return;
    }
    List<Transition> settlements = together.values().stream().map(transitions::get).toList();
    Set<TaskId> done = settle(settlements);
    List<NewTask> followUps = new ArrayList<>();
    for (Map.Entry<TaskId, Integer> each : together.entrySet()) {
      boolean applied = done.contains(each.getKey());
      Transition transition = transitions.get(each.getValue());
      answers[each.getValue()] = applied ? Applied.APPLIED : Applied.STALE;
      if (applied) {
        transition.followUp().ifPresent(followUps::add);
        if (transition.expected() instanceof Expected.Rescuer rescuer) {
          revoked.add(rescuer.token());
        }
      }
    }
    insert(followUps);
  }

  private List<Inserted> insert(List<NewTask> followUps) throws SQLException {
    return followUps.isEmpty() ? List.of() : inserting.insert(followUps);
  }

  // ---- settlements ----

  private Set<TaskId> settle(List<Transition> all) throws SQLException {
    Map<TaskId, Integer> suspectLanes = suspectLanes(all);
    return new HashSet<>(
        sql.list(
            SETTLE,
            row -> Sql.id(row, 1),
            clock.givenNow(),
            PostgresStatements.LOCK_PATIENCE,
            Column.ids(all, Transition::id),
            Column.of("text", all, transition -> token(transition).worker()),
            Column.of("int8", all, transition -> token(transition).sequence()),
            Column.sparse("int8", all, Settling::extensions),
            Column.of("text", all, transition -> transition.next().status().name()),
            Column.of("int8", all, transition -> Times.toMicros(transition.next().dueAt())),
            Column.of("int4", all, transition -> transition.next().attempt()),
            Column.of("int4", all, transition -> transition.next().losses()),
            Column.of("int8", all, transition -> startedAt(transition.next())),
            Column.sparse("int8", all, transition -> finishedAt(transition.next())),
            Column.of("text", all, transition -> transition.next().worker().orElse(null)),
            Column.sparse(
                "text", all, transition -> TaskColumns.errors(transition.next().errors())),
            Column.sparse("text", all, transition -> transition.next().result().orElse(null)),
            Column.sparse("text", all, transition -> TaskColumns.notes(transition.next().notes())),
            Column.of("bool", all, transition -> transition.next().detached()),
            Column.sparse("int4", all, transition -> suspectLanes.get(transition.id()))));
  }

  /** Few tasks are lost and wait again; only for those the lane has to be found out. */
  private Map<TaskId, Integer> suspectLanes(List<Transition> all) throws SQLException {
    List<TaskId> lost = all.stream().filter(Settling::isLostAndWaits).map(Transition::id).toList();
    if (lost.isEmpty()) {
      return Map.of();
    }
    Map<TaskId, Lanes.Key> keys = new HashMap<>();
    sql.list(
        "SELECT id, queue, name, priority FROM {schema}.task WHERE id = ANY (?)",
        row ->
            keys.put(
                Sql.id(row, 1),
                new Lanes.Key(row.getString(2), row.getString(3), row.getInt(4), true)),
        Column.ids(lost, id -> id));
    Map<Lanes.Key, Integer> ids = lanes.ids(transaction, sql, new HashSet<>(keys.values()));
    Map<TaskId, Integer> byTask = new HashMap<>();
    keys.forEach((task, key) -> byTask.put(task, ids.get(key)));
    return byTask;
  }

  private static ClaimToken token(Transition transition) {
    return transition.expected() instanceof Expected.Holder holder
        ? holder.token()
        : ((Expected.Rescuer) transition.expected()).token();
  }

  private static @Nullable Long extensions(Transition transition) {
    return transition.expected() instanceof Expected.Rescuer rescuer ? rescuer.extensions() : null;
  }

  private static @Nullable Long startedAt(TaskState state) {
    return state.startedAt().map(Times::toMicros).orElse(null);
  }

  private static @Nullable Long finishedAt(TaskState state) {
    return state.finishedAt().map(Times::toMicros).orElse(null);
  }

  // ---- changes of what is not the speaker's ----

  private void change(
      Map<TaskId, Integer> together, List<Transition> transitions, Applied[] answers)
      throws SQLException {
    sql.first("SELECT {schema}.admit('APPLY')", row -> true);
    List<Transition> changes = together.values().stream().map(transitions::get).toList();
    List<Applied> given =
        changes.size() == 1
            ? List.of(change(changes.get(0)))
            : new Together(transaction, sql, lanes, clock).apply(changes, this::change);
    int next = 0;
    for (int place : together.values()) {
      answers[place] = given.get(next++);
    }
  }

  private Applied change(Transition transition) throws SQLException {
    Optional<Row> found = Row.lock(sql, transition.id());
    if (found.isEmpty() || !holds(transition.expected(), found.get())) {
      return Applied.STALE;
    }
    Row row = found.get();
    requireAllowed(row, transition.next().status());
    if (row.status().isFinished()) {
      Optional<TaskId> holder = row.keyHolder(sql);
      if (holder.isPresent()) {
        return new Applied.KeyHeld(holder.get());
      }
      if (row.recurring() && !transition.next().detached() && row.carrier(sql).isPresent()) {
        return Applied.STALE;
      }
    }
    if (!row.leave(sql)) {
      return Applied.STALE; // claimed or settled meanwhile
    }
    if (!enter(row, transition.next())) {
      return Applied.STALE;
    }
    if (!(transition.expected() instanceof Expected.Holder)) {
      row.hold().ifPresent(hold -> revoked.add(hold.token()));
    }
    insert(transition.followUp().stream().toList());
    return Applied.APPLIED;
  }

  static boolean holds(Expected expected, Row row) {
    if (expected instanceof Expected.Holder holder) {
      return row.isHeldBy(holder.token());
    }
    if (expected instanceof Expected.Rescuer rescuer) {
      return row.isHeldBy(rescuer.token())
          && row.hold().orElseThrow().extensions() == rescuer.extensions();
    }
    return row.revision() == ((Expected.Observer) expected).revision();
  }

  /** RUNNING comes from a claim alone. A forbidden transition is the caller's error. */
  static void requireAllowed(Row row, TaskStatus next) {
    if (next == TaskStatus.RUNNING || !row.status().canBecome(next)) {
      throw new IllegalArgumentException(
          "task " + row.id() + " is " + row.status() + " and cannot become " + next);
    }
  }

  /** Writes the new state over the one that was seen; whether that was still there. */
  private boolean enter(Row row, TaskState next) throws SQLException {
    var key = new Lanes.Key(row.queue(), row.name(), row.priority(), next.losses() > 0);
    int steps = row.hold().isPresent() ? 2 : 1;
    return sql.first(
            CHANGE.replace("{now}", clock.now()),
            done -> true,
            next.status().name(),
            Times.toMicros(next.dueAt()),
            next.attempt(),
            next.losses(),
            startedAt(next),
            finishedAt(next),
            next.worker().orElse(null),
            TaskColumns.errors(next.errors()),
            next.result().orElse(null),
            TaskColumns.notes(next.notes()),
            next.detached(),
            lanes.ids(transaction, sql, List.of(key)).get(key),
            steps,
            row.id(),
            row.id(),
            row.storedRevision())
        .isPresent();
  }

  /**
   * Settles a task in a user's transaction: the row of the claim is looked at and not touched, so
   * that no lease waits for a user; the revision is the fence instead, for every rescue raises it.
   */
  Applied applyInUsers(Transition transition) throws SQLException {
    Optional<Row> row = Row.read(sql, transition.id());
    if (row.isEmpty() || !holds(transition.expected(), row.get())) {
      return Applied.STALE;
    }
    requireAllowed(row.get(), transition.next().status());
    if (!enter(row.get(), transition.next())) {
      return Applied.STALE;
    }
    insert(transition.followUp().stream().toList());
    return Applied.APPLIED;
  }

  // ---- notes ----

  /** Of several notes of one claim, the last ones count. */
  List<Applied> annotate(List<Annotation> annotations) throws SQLException {
    sql.first("SELECT {schema}.admit('ANNOTATE')", row -> true);
    Map<ClaimToken, Annotation> last = new LinkedHashMap<>();
    annotations.forEach(annotation -> last.put(annotation.token(), annotation));
    List<Annotation> all = List.copyOf(last.values());
    Set<ClaimToken> noted =
        new HashSet<>(
            sql.list(
                """
                UPDATE {schema}.running r
                SET notes = i.notes
                FROM unnest(?, ?, ?, ?) AS i (task, worker, sequence, notes)
                WHERE r.task = i.task AND r.worker = i.worker AND r.sequence = i.sequence
                  AND (SELECT t.status FROM {schema}.task t WHERE t.id = r.task) = 'PENDING'
                RETURNING r.worker, r.sequence
                """,
                row -> new ClaimToken(row.getString(1), row.getLong(2)),
                Column.ids(all, Annotation::id),
                Column.of("text", all, annotation -> annotation.token().worker()),
                Column.of("int8", all, annotation -> annotation.token().sequence()),
                Column.of("text", all, annotation -> TaskColumns.notes(annotation.notes()))));
    // The same token with two tasks: only one of them can be its own.
    return annotations.stream()
        .map(
            annotation ->
                noted.contains(annotation.token())
                        && all.stream().anyMatch(each -> isFor(each, annotation))
                    ? Applied.APPLIED
                    : Applied.STALE)
        .toList();
  }

  private static boolean isFor(Annotation counting, Annotation annotation) {
    return counting.token().equals(annotation.token()) && counting.id().equals(annotation.id());
  }
}
