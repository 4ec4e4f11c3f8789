package dev.omniq.storage.sqlite;

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
import dev.omniq.storage.WakeUpListeners;
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
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sqlite.SQLiteException;

/** The calls of a store as SQL for SQLite. Each is a step of {@link Writing} and the like. */
final class SqliteStatements implements Statements {
  private final TimeSource time;
  private final SqliteFile file;
  private final SqliteConnections connections;
  private final WakeUpListeners listeners;
  private final Lanes lanes = new Lanes();
  private final LeaseWatch leases;
  private final Sightings sightings;

  SqliteStatements(
      TimeSource time, SqliteFile file, SqliteConnections connections, WakeUpListeners listeners) {
    this.time = time;
    this.file = file;
    this.connections = connections;
    this.listeners = listeners;
    leases = new LeaseWatch(time);
    sightings = new Sightings(time);
  }

  /** What a step does with its statements. */
  @FunctionalInterface
  private interface Work<T> {
    T run(Sql sql) throws SQLException;
  }

  /** What a writing step does. */
  @FunctionalInterface
  private interface Write<T> {
    T run(Writing writing) throws SQLException;
  }

  /** Begins to watch what was there before this process. */
  void begin(Connection connection) throws SQLException {
    Sql sql = connections.sql(connection);
    claiming(sql).expired(1);
    new Reading(sql).workers(sightings);
  }

  @Override
  public Instant now() {
    return time.now();
  }

  // ---- changes ----

  @Override
  public List<Inserted> insert(Transaction transaction, List<NewTask> tasks) throws SQLException {
    return write(transaction, Call.INSERT, writing -> writing.insert(tasks));
  }

  @Override
  public List<Applied> apply(Transaction transaction, List<Transition> transitions)
      throws SQLException {
    return write(transaction, Call.APPLY, writing -> writing.apply(transitions));
  }

  @Override
  public List<Applied> annotate(Transaction transaction, List<Annotation> annotations)
      throws SQLException {
    return write(transaction, Call.ANNOTATE, writing -> writing.annotate(annotations));
  }

  @Override
  public List<DeleteOutcome> delete(Transaction transaction, List<TaskId> ids) throws SQLException {
    return write(transaction, Call.DELETE, writing -> writing.removing().delete(ids));
  }

  @Override
  public int purge(Transaction transaction, Retention retention, int limit) throws SQLException {
    int purged =
        write(transaction, Call.PURGE, writing -> writing.removing().purge(retention, limit));
    claiming(connections.sql(transaction.connection())).forgetSilentWorkers();
    return purged;
  }

  private <T> T write(Transaction transaction, Call call, Write<T> write) throws SQLException {
    return with(
        transaction,
        sql -> {
          Ends ends = Ends.read(sql);
          refuse(ends.mark(), call);
          var writing = new Writing(transaction, sql, lanes, time.now(), ends);
          T answer = write.run(writing);
          writing.flush();
          wakeAfter(transaction, writing);
          return answer;
        });
  }

  private void wakeAfter(Transaction transaction, Writing writing) {
    if (writing.somethingWaits()) {
      transaction.afterCommit(listeners::due);
    }
    if (!writing.revoked().isEmpty()) {
      transaction.afterCommit(() -> listeners.revoked(writing.revoked()));
    }
  }

  // ---- claims: they need not survive loss of power, so their commits wait for no sync ----

  @Override
  public List<Claimed> claim(Transaction transaction, ClaimRequest request) throws SQLException {
    return unsynced(
        transaction,
        sql -> {
          Ends ends = Ends.read(sql);
          refuse(ends.mark(), Call.CLAIM);
          return claiming(sql).claim(transaction, request, ends);
        });
  }

  @Override
  public List<Applied> extend(Transaction transaction, LeaseExtension extension)
      throws SQLException {
    return unsynced(
        transaction,
        sql -> {
          refuse(mark(sql), Call.EXTEND);
          return claiming(sql).extend(extension);
        });
  }

  private Claiming claiming(Sql sql) {
    return new Claiming(sql, lanes, leases, sightings, time.now());
  }

  /** Among others, whose commit is synced, there is nothing to be saved. */
  private <T> T unsynced(Transaction transaction, Work<T> work) throws SQLException {
    if (!transaction.isAutocommit()) {
      return with(transaction, work);
    }
    Connection connection = transaction.connection();
    synchronous(connection, SqliteFile.Synchronous.NORMAL);
    try {
      connections.begin(connection);
      return committed(connection, () -> with(transaction, work));
    } finally {
      synchronous(connection, file.synchronous());
    }
  }

  /** What is done within a transaction that has begun. */
  @FunctionalInterface
  private interface Begun<T> {
    T run() throws SQLException;
  }

  /** What went wrong first is what is told. */
  private <T> T committed(Connection connection, Begun<T> work) throws SQLException {
    try {
      T answer = work.run();
      connections.commit(connection);
      return answer;
    } catch (SQLException | RuntimeException e) {
      try {
        connections.rollBack(connection);
      } catch (SQLException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private static void synchronous(Connection connection, SqliteFile.Synchronous mode)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous = " + mode);
    }
  }

  @Override
  public List<ExpiredClaim> expired(Transaction transaction, int limit) throws SQLException {
    return with(transaction, sql -> claiming(sql).expired(limit));
  }

  @Override
  public Optional<Instant> nextDue(Transaction transaction, ClaimRequest request)
      throws SQLException {
    return with(transaction, sql -> claiming(sql).nextDue(transaction, request));
  }

  // ---- reads ----

  @Override
  public Optional<Task> find(Transaction transaction, TaskId id) throws SQLException {
    return with(transaction, sql -> new Reading(sql).find(id));
  }

  @Override
  public List<Task> list(Transaction transaction, TaskQuery query) throws SQLException {
    return with(transaction, sql -> new Reading(sql).list(query));
  }

  @Override
  public Optional<Task> liveRun(Transaction transaction, TaskId seriesId) throws SQLException {
    return with(transaction, sql -> new Reading(sql).liveRun(seriesId));
  }

  @Override
  public StoreStats stats(Transaction transaction) throws SQLException {
    return with(transaction, sql -> new Reading(sql).stats(time.now()));
  }

  @Override
  public List<WorkerInfo> workers(Transaction transaction) throws SQLException {
    return with(transaction, sql -> new Reading(sql).workers(sightings));
  }

  @Override
  public Changes changes(Transaction transaction, long after, int limit) throws SQLException {
    return with(transaction, sql -> new Reading(sql).changes(after, limit));
  }

  // ---- moves ----

  @Override
  public Optional<MoveMark> mark(Transaction transaction) throws SQLException {
    return with(transaction, SqliteStatements::mark);
  }

  private static Optional<MoveMark> mark(Sql sql) throws SQLException {
    return sql.first("SELECT mark FROM omniq_move", row -> Ends.mark(row.getString(1)));
  }

  private static void refuse(Optional<MoveMark> mark, Call call) {
    Optional<? extends RuntimeException> refusal = mark.flatMap(present -> present.refuse(call));
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  @Override
  public Optional<MoveMark> mark(
      Transaction transaction, Optional<MoveMark> expected, Optional<MoveMark> next)
      throws SQLException {
    return with(
        transaction,
        sql -> {
          Optional<MoveMark> present = mark(sql);
          if (!present.equals(expected)) {
            return present;
          }
          sql.update("DELETE FROM omniq_move");
          if (next.isPresent()) {
            sql.update(
                "INSERT INTO omniq_move (only, mark) VALUES (1, ?)",
                StorageJson.mapper().writeValueAsString(next.get()));
          }
          return next;
        });
  }

  @Override
  public List<Task> export(Transaction transaction, Optional<TaskId> after, int limit)
      throws SQLException {
    return with(transaction, sql -> new Reading(sql).export(after, limit));
  }

  @Override
  public int restore(Transaction transaction, UUID move, List<Task> tasks) throws SQLException {
    return with(
        transaction,
        sql -> {
          Ends ends = Ends.read(sql);
          MoveMark.requireCopying(ends.mark(), move);
          var writing = new Writing(transaction, sql, lanes, time.now(), ends);
          int stored = writing.restore(tasks);
          writing.flush();
          return stored;
        });
  }

  @Override
  public List<DeleteOutcome> withdraw(Transaction transaction, UUID move, List<TaskId> ids)
      throws SQLException {
    return with(
        transaction,
        sql -> {
          Ends ends = Ends.read(sql);
          MoveMark.requireUndoing(ends.mark(), move);
          var writing = new Writing(transaction, sql, lanes, time.now(), ends);
          List<DeleteOutcome> removed = writing.removing().delete(ids);
          writing.flush();
          return removed;
        });
  }

  // ---- transactions of users ----

  /** There is one writer at a time: whatever a task needs is stored in the same transaction. */
  @Override
  public boolean isPrepared(List<NewTask> tasks) {
    return true;
  }

  @Override
  public void prepare(Transaction transaction, List<NewTask> tasks) {}

  /** Other connections notice the commit by themselves, see {@link Neighbours}. */
  @Override
  public void notifyAtCommit(Transaction transaction) {}

  @Override
  public Applied applyInUsers(Transaction transaction, Transition transition) throws SQLException {
    return apply(transaction, List.of(transition)).get(0);
  }

  /** Comes to its turn when no other transaction is open, so it never finds one. */
  @Override
  public Confirmation confirm(Transaction transaction, TaskId id, ClaimToken token)
      throws SQLException {
    return with(
        transaction,
        sql -> {
          Optional<Row> row = Row.find(sql, id);
          if (row.isPresent() && row.get().status().isLive()) {
            return Confirmation.OPEN;
          }
          sql.update(
              "DELETE FROM omniq_running WHERE worker = ? AND sequence = ?",
              token.worker(),
              token.sequence());
          return Confirmation.SETTLED;
        });
  }

  // ---- connections ----

  /** A user's connection keeps no statements of ours. */
  private <T> T with(Transaction transaction, Work<T> work) throws SQLException {
    if (!transaction.isUsers()) {
      return work.run(connections.sql(transaction.connection()));
    }
    try (Sql sql = new Sql(transaction.connection())) {
      // A transaction that begins by reading could find that it may not write any more.
      sql.update("UPDATE omniq_schema SET version = version");
      return work.run(sql);
    }
  }

  @Override
  public Trouble trouble(SQLException failure) {
    if (!(failure instanceof SQLiteException exception)) {
      return String.valueOf(failure.getMessage()).contains("closed")
          ? Trouble.CONNECTION_LOST
          : Trouble.REFUSED;
    }
    return switch (exception.getResultCode().code & 0xff) {
      case 5, 6 -> Trouble.CONFLICT; // SQLITE_BUSY, SQLITE_LOCKED
      case 10 -> Trouble.UNKNOWN; // SQLITE_IOERR
      case 14 -> Trouble.CONNECTION_LOST; // SQLITE_CANTOPEN
      default -> Trouble.REFUSED;
    };
  }
}
