package dev.omniq.storage.postgres;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Call;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.Transactional.Confirmation;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.storage.jdbc.Statements;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.storage.jdbc.Trouble;
import dev.omniq.storage.json.StorageJson;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of a store as SQL for PostgreSQL. */
final class PostgresStatements implements Statements {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresStatements.class);

  /**
   * How long a statement of the store waits for a row that a user's transaction has locked: long
   * beside any transaction of the store's own, short beside a lease.
   */
  static final String LOCK_PATIENCE = "2s";

  /** A worker that holds nothing was "seen lately" for this long. */
  private static final Duration LATELY = Duration.ofMinutes(10);

  /** After so many writing steps of this process what they left is folded. */
  private static final int FOLD_EVERY = 500;

  /** What {@code admit} raises. */
  private static final String REFUSED = "OQ001";

  /** What the server may refuse a call with, and not what is stored: the queue is full, rights. */
  private static final Set<String> CALL_REFUSED = Set.of("54000", "42501");

  private final Schema schema;
  private final Clock clock;
  private final WakeUpCalls wakeUps;
  private final Lanes lanes = new Lanes();
  private final Claims claims = new Claims();
  private final LeaseEnds leaseEnds;
  private final AtomicInteger writes = new AtomicInteger();

  PostgresStatements(Schema schema, Clock clock, WakeUpCalls wakeUps) {
    this.schema = schema;
    this.clock = clock;
    this.wakeUps = wakeUps;
    leaseEnds = new LeaseEnds(clock);
  }

  /** What a step does. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws SQLException;
  }

  @Override
  public Instant now() {
    return clock.estimate();
  }

  // ---- changes ----

  @Override
  public List<Inserted> insert(Transaction transaction, List<NewTask> tasks) throws SQLException {
    return admitted(
        Call.INSERT,
        () -> {
          boolean isAlone = transaction.isAutocommit() && tasks.size() == 1;
          Inserting inserting = inserting(transaction);
          Optional<String> turn = isAlone ? wakeUps.takeTurn() : Optional.empty();
          try {
            return turn.isPresent()
                ? insertAndCall(inserting, tasks, turn.get())
                : inserting.insert(tasks);
          } finally {
            int stored = inserting.stored();
            if (stored > 0) {
              transaction.afterCommit(
                  turn.isPresent() ? wakeUps::dueHere : () -> wakeUps.due(stored, isAlone));
              foldNowAndThen(transaction);
            }
          }
        });
  }

  /** The turn ends with the statement, whatever becomes of it. */
  private List<Inserted> insertAndCall(Inserting inserting, List<NewTask> tasks, String payload)
      throws SQLException {
    try {
      inserting.call(schema.channel(), payload);
      try {
        return inserting.insert(tasks);
      } catch (SQLException e) {
        if (!CALL_REFUSED.contains(String.valueOf(e.getSQLState()))) {
          throw e;
        }
        inserting.callNobody();
        return inserting.insert(tasks);
      }
    } finally {
      wakeUps.endTurn(inserting.stored() > 0, inserting.hasCalled());
    }
  }

  private Inserting inserting(Transaction transaction) {
    return new Inserting(transaction, sql(transaction), lanes, clock);
  }

  @Override
  public List<Applied> apply(Transaction transaction, List<Transition> transitions)
      throws SQLException {
    return admitted(
        Call.APPLY,
        () -> {
          var settling = new Settling(transaction, sql(transaction), lanes, clock);
          List<Applied> answers = settling.apply(transitions);
          int waiting = (int) transitions.stream().filter(PostgresStatements::letsWait).count();
          if (waiting > 0) {
            transaction.afterCommit(() -> wakeUps.due(waiting, false));
          }
          if (!settling.revoked().isEmpty()) {
            transaction.afterCommit(() -> wakeUps.revoked(settling.revoked()));
          }
          foldNowAndThen(transaction);
          return answers;
        });
  }

  /** Whether a transition may leave something that waits. */
  private static boolean letsWait(Transition transition) {
    return transition.next().status() == TaskStatus.PENDING || transition.followUp().isPresent();
  }

  @Override
  public boolean insertsInOneStatement(List<NewTask> tasks) {
    return Inserting.inOneStatement(tasks) && isPrepared(tasks);
  }

  @Override
  public boolean appliesInOneStatement(List<Transition> transitions) {
    return Settling.inOneStatement(transitions);
  }

  /** When what was written is stored, for none of that may seem to fail because of this. */
  private void foldNowAndThen(Transaction transaction) {
    if (!transaction.isUsers() && writes.incrementAndGet() % FOLD_EVERY == 0) {
      transaction.afterCommit(
          () -> {
            try {
              new Removing(sql(transaction), clock).fold(LATELY);
            } catch (SQLException e) {
              LOG.debug("Counters were not folded; they are after some more writes", e);
            }
          });
    }
  }

  @Override
  public List<Applied> annotate(Transaction transaction, List<Annotation> annotations)
      throws SQLException {
    return admitted(
        Call.ANNOTATE,
        () -> new Settling(transaction, sql(transaction), lanes, clock).annotate(annotations));
  }

  @Override
  public List<DeleteOutcome> delete(Transaction transaction, List<TaskId> ids) throws SQLException {
    return admitted(Call.DELETE, () -> new Removing(sql(transaction), clock).delete(ids));
  }

  @Override
  public int purge(Transaction transaction, Retention retention, int limit) throws SQLException {
    return admitted(
        Call.PURGE,
        () -> {
          var removing = new Removing(sql(transaction), clock);
          int purged = removing.purge(retention, limit);
          removing.fold(LATELY);
          return purged;
        });
  }

  // ---- claims ----

  @Override
  public List<Claimed> claim(Transaction transaction, ClaimRequest request) throws SQLException {
    return admitted(Call.CLAIM, () -> claiming(transaction).claim(request));
  }

  @Override
  public List<Applied> extend(Transaction transaction, LeaseExtension extension)
      throws SQLException {
    return admitted(Call.EXTEND, () -> claiming(transaction).extend(extension));
  }

  @Override
  public List<ExpiredClaim> expired(Transaction transaction, int limit) throws SQLException {
    return claiming(transaction).expired(limit);
  }

  @Override
  public Optional<Instant> nextDue(Transaction transaction, ClaimRequest request)
      throws SQLException {
    return claiming(transaction).nextDue(request);
  }

  private Claiming claiming(Transaction transaction) {
    return new Claiming(sql(transaction), clock, claims, leaseEnds);
  }

  // ---- reads ----

  @Override
  public Optional<Task> find(Transaction transaction, TaskId id) throws SQLException {
    return reading(transaction).find(id);
  }

  @Override
  public List<Task> list(Transaction transaction, TaskQuery query) throws SQLException {
    return reading(transaction).list(query);
  }

  @Override
  public Optional<Task> liveRun(Transaction transaction, TaskId seriesId) throws SQLException {
    return reading(transaction).liveRun(seriesId);
  }

  @Override
  public StoreStats stats(Transaction transaction) throws SQLException {
    return reading(transaction).stats();
  }

  @Override
  public List<WorkerInfo> workers(Transaction transaction) throws SQLException {
    return reading(transaction).workers(LATELY);
  }

  @Override
  public Changes changes(Transaction transaction, long after, int limit) throws SQLException {
    return reading(transaction).changes(after, limit);
  }

  @Override
  public List<Task> export(Transaction transaction, Optional<TaskId> after, int limit)
      throws SQLException {
    return reading(transaction).export(after, limit);
  }

  private Reading reading(Transaction transaction) {
    return new Reading(sql(transaction), clock);
  }

  // ---- moves ----

  @Override
  public Optional<MoveMark> mark(Transaction transaction) throws SQLException {
    return sql(transaction)
        .first("SELECT mark FROM {schema}.move", row -> markOf(row.getString(1)));
  }

  private static MoveMark markOf(String json) {
    return StorageJson.mapper().readValue(json, MoveMark.class);
  }

  /** The lock waits for every transaction that {@code admit} has let in. */
  @Override
  public Optional<MoveMark> mark(
      Transaction transaction, Optional<MoveMark> expected, Optional<MoveMark> next)
      throws SQLException {
    Sql sql = sql(transaction);
    sql.first(
        "SELECT pg_advisory_xact_lock(hashtextextended({schema_text}, 20261123))", row -> true);
    Optional<MoveMark> present = mark(transaction);
    if (!present.equals(expected)) {
      return present;
    }
    sql.update("DELETE FROM {schema}.move");
    if (next.isPresent()) {
      sql.update(
          "INSERT INTO {schema}.move (mark, refused) VALUES (?, ?)",
          StorageJson.mapper().writeValueAsString(next.get()),
          Sql.Column.of("text", refused(next.get()), Call::name));
    }
    return next;
  }

  private static List<Call> refused(MoveMark mark) {
    List<Call> refused = new ArrayList<>();
    for (Call call : Call.values()) {
      if (mark.refuse(call).isPresent()) {
        refused.add(call);
      }
    }
    return refused;
  }

  @Override
  public int restore(Transaction transaction, UUID move, List<Task> tasks) throws SQLException {
    MoveMark.requireCopying(markThatStays(transaction), move);
    return inserting(transaction).restore(tasks);
  }

  @Override
  public List<DeleteOutcome> withdraw(Transaction transaction, UUID move, List<TaskId> ids)
      throws SQLException {
    MoveMark.requireUndoing(markThatStays(transaction), move);
    return new Removing(sql(transaction), clock).remove(ids);
  }

  /** The mark, which nobody changes before this transaction ends. */
  private Optional<MoveMark> markThatStays(Transaction transaction) throws SQLException {
    sql(transaction)
        .first(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended({schema_text}, 20261123))",
            row -> true);
    return mark(transaction);
  }

  /** Turns the database's refusal because of a move into that of the mark. */
  private static <T> T admitted(Call call, Work<T> work) throws SQLException {
    try {
      return work.run();
    } catch (PSQLException e) {
      ServerErrorMessage message = e.getServerErrorMessage();
      if (message != null && REFUSED.equals(e.getSQLState()) && message.getDetail() != null) {
        Optional<? extends RuntimeException> refusal = markOf(message.getDetail()).refuse(call);
        if (refusal.isPresent()) {
          throw refusal.get();
        }
      }
      throw e;
    }
  }

  // ---- transactions of users ----

  @Override
  public boolean isPrepared(List<NewTask> tasks) {
    return lanes.know(laneKeys(tasks));
  }

  /** A lane that is new must not be locked for as long as a user's transaction is open. */
  @Override
  public void prepare(Transaction transaction, List<NewTask> tasks) throws SQLException {
    lanes.ids(transaction, sql(transaction), laneKeys(tasks));
  }

  private static Set<Lanes.Key> laneKeys(List<NewTask> tasks) {
    return tasks.stream().map(task -> Inserting.lane(task.spec())).collect(Collectors.toSet());
  }

  /** PostgreSQL itself sends the same text once for a transaction. */
  @Override
  public void notifyAtCommit(Transaction transaction) throws SQLException {
    sql(transaction)
        .first(
            "SELECT pg_notify(?, ?)",
            row -> true,
            schema.channel(),
            WakeUpCalls.fromUsersTransaction());
  }

  @Override
  public Applied applyInUsers(Transaction transaction, Transition transition) throws SQLException {
    return admitted(
        Call.APPLY,
        () -> {
          Sql sql = sql(transaction);
          sql.first("SELECT {schema}.admit('APPLY')", row -> true);
          return new Settling(transaction, sql, lanes, clock).applyInUsers(transition);
        });
  }

  @Override
  public Confirmation confirm(Transaction transaction, TaskId id, ClaimToken token)
      throws SQLException {
    Sql sql = sql(transaction);
    // NOWAIT would fail instead, and take with it whoever shares this transaction.
    Optional<String> unlocked =
        sql.first(
            "SELECT status FROM {schema}.task WHERE id = ? FOR NO KEY UPDATE SKIP LOCKED",
            row -> row.getString(1),
            id);
    if (unlocked.isEmpty()
        && sql.first("SELECT 1 FROM {schema}.task WHERE id = ?", row -> true, id).isPresent()) {
      return Confirmation.LOCKED;
    }
    if (unlocked.filter(TaskStatus.PENDING.name()::equals).isPresent()) {
      return Confirmation.OPEN;
    }
    sql.update(
        "DELETE FROM {schema}.running WHERE task = ? AND worker = ? AND sequence = ?",
        id,
        token.worker(),
        token.sequence());
    return Confirmation.SETTLED;
  }

  // ---- connections ----

  private Sql sql(Transaction transaction) {
    return new Sql(transaction.connection(), schema);
  }

  /** By SQLSTATE, whose first two characters are a class. */
  @Override
  public Trouble trouble(SQLException failure) {
    String state = failure.getSQLState();
    if (state == null) {
      return Trouble.REFUSED;
    }
    if (state.startsWith("08") || state.startsWith("57P0") || state.equals("25006")) {
      return Trouble.CONNECTION_LOST;
    }
    if (state.startsWith("40") || state.equals(PSQLState.UNIQUE_VIOLATION.getState())) {
      return Trouble.CONFLICT;
    }
    return state.startsWith("58") || state.startsWith("XX") ? Trouble.UNKNOWN : Trouble.REFUSED;
  }
}
