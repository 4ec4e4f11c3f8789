package dev.omniq.storage.sqlite;

import static dev.omniq.task.TaskStatus.PENDING;
import static dev.omniq.task.TaskStatus.RUNNING;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Copies;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.jdbc.ListSql;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The changes of one step: tasks come, change and go. Used by one thread. */
final class Writing {
  /** The columns of a task's row. */
  private static final List<String> COLUMNS =
      List.of(
          "seq",
          "id",
          "name",
          "queue",
          "priority",
          "arguments",
          "schedule",
          "unique_key",
          "retry_policy",
          "timeout",
          "labels",
          "recurring",
          "series_id",
          "run",
          "created_at",
          "planned_at",
          "status",
          "revision",
          "due_at",
          "attempt",
          "losses",
          "started_at",
          "finished_at",
          "worker",
          "errors",
          "result",
          "notes",
          "detached",
          "lane",
          "stray");

  /** Statements by the columns that have a value, as bits: to hand over NULLs costs as well. */
  private static final Map<Integer, String> INSERTS = new ConcurrentHashMap<>();

  private static final String UPDATE =
      "UPDATE omniq_task SET status = ?, revision = ?, due_at = ?, attempt = ?, losses = ?,"
          + " started_at = ?, finished_at = ?, worker = ?, errors = ?, result = ?, notes = ?,"
          + " detached = ? WHERE seq = ?";

  private final Transaction transaction;
  private final Sql sql;
  private final Lanes lanes;
  private final Instant now;
  private final Journal journal;
  private final List<ClaimToken> revoked = new ArrayList<>();

  /** The tasks whose claims are over, and still stand in their table. */
  private final List<Long> ended = new ArrayList<>();

  private boolean somethingWaits;
  private long lastSeq;

  Writing(Transaction transaction, Sql sql, Lanes lanes, Instant now, Ends ends) {
    this.transaction = transaction;
    this.sql = sql;
    this.lanes = lanes;
    this.now = now;
    journal = new Journal(sql, now, ends);
    lastSeq = ends.lastSeq();
  }

  /** Whether a task waits now that did not before. */
  boolean somethingWaits() {
    return somethingWaits;
  }

  /** Claims that were taken away from holders who do not know. */
  List<ClaimToken> revoked() {
    return revoked;
  }

  /** Writes what is written once for a step. */
  void flush() throws SQLException {
    putAwayClaims();
    journal.flush();
  }

  // ---- tasks come ----

  List<Inserted> insert(List<NewTask> tasks) throws SQLException {
    List<Inserted> answers = new ArrayList<>(tasks.size());
    for (NewTask task : tasks) {
      answers.add(insert(task));
    }
    return answers;
  }

  private Inserted insert(NewTask task) throws SQLException {
    if (store(Task.stored(task, now))) {
      return new Inserted(task.id(), true);
    }
    return new Inserted(inTheWayOf(task).orElseThrow(), false);
  }

  /** Stores a task as it stands, unless one is there that it must not be beside. */
  private boolean store(Task task) throws SQLException {
    TaskState state = task.state();
    LaneKey lane = lane(task);
    long seq = lastSeq + 1;
    boolean stored =
        insertRow(
            seq,
            task.id(),
            task.name(),
            task.queue(),
            task.priority(),
            task.arguments(),
            TaskColumns.schedule(task.schedule()),
            task.uniqueKey().orElse(null),
            TaskColumns.retryPolicy(task.spec().retryPolicy()),
            task.timeout().map(Duration::toString).orElse(null),
            TaskColumns.labels(task.labels()),
            task.recurring(),
            task.seriesId(),
            task.run(),
            Times.toMicros(task.createdAt()),
            Times.toMicros(task.plannedAt()),
            state.status().name(),
            state.revision(),
            Times.toMicros(state.dueAt()),
            state.attempt(),
            state.losses(),
            micros(state.startedAt()),
            micros(state.finishedAt()),
            state.worker().orElse(null),
            TaskColumns.errors(state.errors()),
            state.result().orElse(null),
            TaskColumns.notes(state.notes()),
            state.detached(),
            lanes.id(transaction, sql, lane),
            ListSql.isStray(task.id(), task.createdAt()) ? 1 : null);
    if (!stored) {
      return false;
    }
    lastSeq = seq;
    if (state.status() == PENDING) {
      makeReady(lane, TaskColumns.rank(task.dueAt(), task.priority()), seq);
    }
    journal.count(task.queue(), task.name(), state.status(), 1);
    journal.changed(task.id(), task.name(), state.status());
    return true;
  }

  private boolean insertRow(@Nullable Object... values) throws SQLException {
    int present = 0;
    List<Object> given = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value != null) {
        present |= 1 << i;
        given.add(value);
      }
    }
    return sql.update(INSERTS.computeIfAbsent(present, Writing::insertOf), given.toArray()) == 1;
  }

  private static String insertOf(int present) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      if ((present & 1 << i) != 0) {
        columns.add(COLUMNS.get(i));
      }
    }
    return "INSERT INTO omniq_task (%s) VALUES (%s) ON CONFLICT DO NOTHING"
        .formatted(
            String.join(", ", columns),
            String.join(", ", Collections.nCopies(columns.size(), "?")));
  }

  private static LaneKey lane(Task task) {
    return new LaneKey(task.queue(), task.name(), task.priority(), task.state().losses() > 0);
  }

  private static @Nullable Long micros(Optional<Instant> time) {
    return time.map(Times::toMicros).orElse(null);
  }

  /** The id comes first, then the key, then the series. */
  private Optional<TaskId> inTheWayOf(NewTask task) throws SQLException {
    Optional<Row> there = Row.find(sql, task.id());
    if (there.isEmpty()) {
      there = Row.keyHolder(sql, task.spec().queue(), task.spec().uniqueKey().orElse(null));
    }
    if (there.isEmpty() && task.spec().schedule().recurring()) {
      there = Row.carrier(sql, task.seriesId());
    }
    return there.map(Row::id);
  }

  /** Stores copies; see {@link dev.omniq.storage.Movable#restore}. */
  int restore(List<Task> tasks) throws SQLException {
    Copies.requireNotRunning(tasks);
    int stored = 0;
    for (Task task : tasks) {
      if (store(task)) {
        stored++;
      } else if (Row.find(sql, task.id()).isEmpty()) {
        throw besideAnother(task);
      }
    }
    return stored;
  }

  private StorageException besideAnother(Task task) throws SQLException {
    Optional<Row> holder = Row.keyHolder(sql, task.queue(), task.uniqueKey().orElse(null));
    return holder.isPresent()
        ? Copies.keyHeld(task, holder.get().id())
        : Copies.seriesCarried(task, Row.carrier(sql, task.seriesId()).orElseThrow().id());
  }

  // ---- tasks change ----

  List<Applied> apply(List<Transition> transitions) throws SQLException {
    HeldTasks held = HeldTasks.read(sql, lanes, transitions);
    List<Applied> answers = new ArrayList<>(transitions.size());
    for (Transition transition : transitions) {
      Optional<HeldTasks.Held> task = held.take(transition);
      answers.add(
          task.isPresent()
              ? settle(task.get(), transition)
              : apply(transition, find(transition.id())));
    }
    return answers;
  }

  private Applied settle(HeldTasks.Held held, Transition transition) throws SQLException {
    requireAllowed(held.id(), RUNNING, transition.next().status());
    ended.add(held.seq());
    enter(held, transition.next());
    if (transition.followUp().isPresent()) {
      insert(transition.followUp().get());
    }
    return Applied.APPLIED;
  }

  private @Nullable Row find(TaskId id) throws SQLException {
    putAwayClaims();
    return Row.find(sql, id).orElse(null);
  }

  private Applied apply(Transition transition, @Nullable Row row) throws SQLException {
    if (row == null || !holds(transition.expected(), row)) {
      return Applied.STALE;
    }
    requireAllowed(row.id(), row.status(), transition.next().status());
    if (row.status().isFinished()) {
      Optional<Row> holder = Row.keyHolder(sql, row.queue(), row.uniqueKey());
      if (holder.isPresent()) {
        return new Applied.KeyHeld(holder.get().id());
      }
      if (wouldForkSeries(row, transition.next())) {
        return Applied.STALE;
      }
    }
    Optional<ClaimToken> taken = takenFrom(row, transition.expected());
    leave(row);
    enter(row, transition.next());
    taken.ifPresent(
        token -> {
          revoked.add(token);
          journal.revoked(token);
        });
    if (transition.followUp().isPresent()) {
      insert(transition.followUp().get());
    }
    return Applied.APPLIED;
  }

  private static boolean holds(Expected expected, Row row) {
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
  private static void requireAllowed(TaskId id, TaskStatus present, TaskStatus next) {
    if (next == RUNNING || !present.canBecome(next)) {
      throw new IllegalArgumentException(
          "task " + id + " is " + present + " and cannot become " + next);
    }
  }

  private boolean wouldForkSeries(Row row, TaskState next) throws SQLException {
    return row.recurring() && !next.detached() && Row.carrier(sql, row.seriesId()).isPresent();
  }

  /** The claim of a holder who does not know that it is over. */
  private static Optional<ClaimToken> takenFrom(Row row, Expected expected) {
    return expected instanceof Expected.Holder ? Optional.empty() : row.hold().map(Row.Hold::token);
  }

  /** Takes a task out of where its state had it. A user's transaction touches no claim. */
  private void leave(Row row) throws SQLException {
    if (row.status() == PENDING) {
      sql.update(
          "DELETE FROM omniq_ready WHERE lane = ? AND rank = ? AND seq = ?",
          lanes.id(transaction, sql, row.lane()),
          row.rank(),
          row.seq());
    } else if (!transaction.isUsers()) {
      // Also that of a finished task: one that a user's transaction has settled, and its worker has
      // not put away yet.
      ended.add(row.seq());
    }
  }

  private void putAwayClaims() throws SQLException {
    if (!ended.isEmpty()) {
      sql.update(
          "DELETE FROM omniq_running WHERE task IN (SELECT value FROM json_each(?))",
          ended.toString());
      ended.clear();
    }
  }

  private void enter(Stored task, TaskState next) throws SQLException {
    sql.update(
        UPDATE,
        next.status().name(),
        task.revision() + 1,
        Times.toMicros(next.dueAt()),
        next.attempt(),
        next.losses(),
        micros(next.startedAt()),
        micros(next.finishedAt()),
        next.worker().orElse(null),
        TaskColumns.errors(next.errors()),
        next.result().orElse(null),
        TaskColumns.notes(next.notes()),
        next.detached(),
        task.seq());
    if (next.status() == PENDING) {
      makeReady(
          new LaneKey(task.queue(), task.name(), task.priority(), next.losses() > 0),
          TaskColumns.rank(next.dueAt(), task.priority()),
          task.seq());
    }
    journal.count(task, task.stored(), -1);
    journal.count(task, next.status(), 1);
    journal.changed(task.id(), task.name(), next.status());
  }

  private void makeReady(LaneKey lane, long rank, long seq) throws SQLException {
    sql.update(
        "INSERT INTO omniq_ready (lane, rank, seq) VALUES (?, ?, ?)",
        lanes.id(transaction, sql, lane),
        rank,
        seq);
    somethingWaits = true;
  }

  List<Applied> annotate(List<Annotation> annotations) throws SQLException {
    List<Applied> answers = new ArrayList<>(annotations.size());
    for (Annotation annotation : annotations) {
      int changed =
          sql.update(
              "UPDATE omniq_running SET notes = ? WHERE worker = ? AND sequence = ?"
                  + " AND task = (SELECT seq FROM omniq_task WHERE id = ? AND status = 'PENDING')",
              TaskColumns.notes(annotation.notes()),
              annotation.token().worker(),
              annotation.token().sequence(),
              annotation.id());
      answers.add(changed == 1 ? Applied.APPLIED : Applied.STALE);
    }
    return answers;
  }

  // ---- tasks go ----

  Removing removing() {
    return new Removing(this, sql, now);
  }

  void remove(Row row) throws SQLException {
    leave(row);
    sql.update("DELETE FROM omniq_task WHERE seq = ?", row.seq());
    journal.count(row, row.stored(), -1);
  }
}
