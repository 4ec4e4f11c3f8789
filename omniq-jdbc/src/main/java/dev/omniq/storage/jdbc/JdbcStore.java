package dev.omniq.storage.jdbc;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transactional;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A store on a database: {@link TaskStore}'s calls, made by two {@link Lane}s of the store, as a
 * dialect's {@link Statements}. Thread-safe.
 */
public final class JdbcStore implements TaskStore, WakeUps, Movable, Transactional {
  private static final long OVERHEAD = 256;

  private final Statements statements;
  private final WakeUpListeners listeners;
  private final Runnable closing;
  private final Connections connections;
  private final Lane writer;
  private final Lane reader;
  private final Lane claimer;
  private final CallOrder order = new CallOrder();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Steps steps;

  /** Every call as a step. */
  private record Steps(
      Step<NewTask, Inserted> insert,
      Step<Transition, Applied> apply,
      Step<ClaimRequest, List<Claimed>> claim,
      Step<LeaseExtension, List<Applied>> extend,
      Step<Annotation, Applied> annotate,
      Step<TaskId, DeleteOutcome> delete,
      Step<Purge, Integer> purge,
      Step<Integer, List<ExpiredClaim>> expired,
      Step<ClaimRequest, Optional<Instant>> nextDue,
      Step<TaskId, Optional<Task>> find,
      Step<TaskQuery, List<Task>> list,
      Step<TaskId, Optional<Task>> liveRun,
      Step<Boolean, StoreStats> stats,
      Step<Boolean, List<WorkerInfo>> workers,
      Step<After, Changes> changes,
      Step<Boolean, Optional<MoveMark>> mark,
      Step<Remark, Optional<MoveMark>> remark,
      Step<Export, List<Task>> export,
      Step<Restore, Integer> restore,
      Step<Withdraw, List<DeleteOutcome>> withdraw,
      Step<List<NewTask>, Boolean> prepare,
      Step<Claimant, Confirmation> confirm) {

    Steps(Statements sql, boolean claimsAmongReads) {
      this(
          Step.shared("insert", sql::insert, sql::insertsInOneStatement),
          Step.shared("apply", sql::apply, sql::appliesInOneStatement),
          claimsAmongReads
              ? Step.single("claim", sql::claim)
              : Step.sharedOrSingle("claim", sql::claim),
          Step.single("extend", sql::extend),
          Step.shared("annotate", sql::annotate),
          Step.shared("delete", sql::delete),
          Step.sharedOne("purge", (tx, purge) -> sql.purge(tx, purge.retention, purge.limit)),
          Step.read("expired", sql::expired),
          Step.read("nextDue", sql::nextDue),
          Step.read("find", sql::find),
          Step.read("list", sql::list),
          Step.read("liveRun", sql::liveRun),
          Step.read("stats", (tx, all) -> sql.stats(tx)),
          Step.read("workers", (tx, all) -> sql.workers(tx)),
          Step.read("changes", (tx, from) -> sql.changes(tx, from.position, from.limit)),
          Step.read("mark", (tx, all) -> sql.mark(tx)),
          Step.sharedOne("remark", (tx, marks) -> sql.mark(tx, marks.expected, marks.next)),
          Step.read("export", (tx, page) -> sql.export(tx, page.after, page.limit)),
          Step.sharedOne("restore", (tx, copies) -> sql.restore(tx, copies.move, copies.tasks)),
          Step.sharedOne("withdraw", (tx, copies) -> sql.withdraw(tx, copies.move, copies.ids)),
          Step.sharedOne(
              "prepare",
              (tx, tasks) -> {
                sql.prepare(tx, tasks);
                return true;
              }),
          Step.sharedOne("confirm", (tx, claim) -> sql.confirm(tx, claim.id, claim.token)));
    }
  }

  private record Purge(Retention retention, int limit) {}

  private record After(long position, int limit) {}

  private record Claimant(TaskId id, ClaimToken token) {}

  private record Remark(Optional<MoveMark> expected, Optional<MoveMark> next) {}

  private record Export(Optional<TaskId> after, int limit) {}

  private record Restore(UUID move, List<Task> tasks) {}

  private record Withdraw(UUID move, List<TaskId> ids) {}

  /**
   * What makes a dialect's store.
   *
   * @param name for threads and messages, such as the store's URL without secrets
   * @param statements the SQL
   * @param connections where each lane has its connection from
   * @param claimsAmongReads whether claims and extensions go to the second lane, beside the writes;
   *     otherwise to the first: extensions between them, a claim with those that wait beside it. In
   *     autocommit mode on either, except for a claim that shares a transaction
   * @param time by which the lanes wait for callers to gather
   * @param listeners who is told of wake-ups; the statements tell them
   * @param closing what else ends with the store, when all is written; it may still read, and do
   *     what {@link #inOwnTransaction} is for
   */
  public record Parts(
      String name,
      Statements statements,
      Connections connections,
      boolean claimsAmongReads,
      TimeSource time,
      WakeUpListeners listeners,
      Runnable closing) {}

  /** A store that is open; it closes the connections with itself. */
  public JdbcStore(Parts parts) {
    statements = parts.statements;
    listeners = parts.listeners;
    closing = parts.closing;
    connections = parts.connections;
    steps = new Steps(statements, parts.claimsAmongReads);
    var transactor = new Transactor(connections, statements::trouble);
    writer = new Lane("omniq-writer " + parts.name, transactor, parts.time);
    reader = new Lane("omniq-reader " + parts.name, transactor, parts.time);
    claimer = parts.claimsAmongReads ? reader : writer;
  }

  @Override
  public Instant now() {
    return statements.now();
  }

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return named(tasks, all(writer, steps.insert, tasks, bytes(tasks)));
  }

  @Override
  public CompletableFuture<List<Inserted>> insertByCaller(List<NewTask> tasks) {
    return tasks.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : named(tasks, byCaller(writer, steps.insert, tasks, bytes(tasks)));
  }

  private <I, O> CompletableFuture<List<O>> byCaller(
      Lane lane, Step<I, O> step, List<I> inputs, long bytes) {
    Thread caller = Thread.currentThread();
    return order.call(
        lane,
        () ->
            // Calls that had to wait for others are made on the threads of those.
            Thread.currentThread() == caller
                ? lane.callByCaller(step, inputs, bytes)
                : lane.call(step, inputs, bytes));
  }

  private static CompletableFuture<List<Inserted>> named(
      List<NewTask> tasks, CompletableFuture<List<Inserted>> answer) {
    return answer.exceptionally(
        failure -> {
          throw naming(tasks, failure);
        });
  }

  private static long bytes(List<NewTask> tasks) {
    long bytes = 0;
    for (NewTask task : tasks) {
      bytes += OVERHEAD + task.spec().arguments().length();
    }
    return bytes;
  }

  /** Says which tasks it is that may or may not be stored. */
  private static CompletionException naming(List<NewTask> tasks, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof OutcomeUnknownException unknown) {
      List<TaskId> ids = tasks.stream().map(NewTask::id).toList();
      cause = new OutcomeUnknownException(String.valueOf(unknown.getMessage()), ids, unknown);
    }
    return new CompletionException(cause);
  }

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return one(claimer, steps.claim, request);
  }

  @Override
  public CompletableFuture<List<Claimed>> claimByCaller(ClaimRequest request) {
    return oneByCaller(claimer, steps.claim, request);
  }

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    return all(writer, steps.apply, transitions, OVERHEAD * transitions.size());
  }

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return one(claimer, steps.extend, extension);
  }

  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return one(claimer, steps.expired, limit);
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return one(reader, steps.nextDue, request);
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDueByCaller(ClaimRequest request) {
    return oneByCaller(reader, steps.nextDue, request);
  }

  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return all(writer, steps.annotate, annotations, OVERHEAD * annotations.size());
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return all(writer, steps.delete, ids, OVERHEAD * ids.size());
  }

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return one(reader, steps.find, id);
  }

  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    return one(reader, steps.list, query);
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return one(reader, steps.liveRun, seriesId);
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return one(reader, steps.stats, true);
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    return one(reader, steps.workers, true);
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    return one(reader, steps.changes, new After(after, limit));
  }

  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return one(writer, steps.purge, new Purge(retention, limit));
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark() {
    return one(reader, steps.mark, true);
  }

  @Override
  public CompletableFuture<Optional<MoveMark>> mark(
      Optional<MoveMark> expected, Optional<MoveMark> next) {
    return one(writer, steps.remark, new Remark(expected, next));
  }

  @Override
  public CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit) {
    return one(reader, steps.export, new Export(after, limit));
  }

  @Override
  public CompletableFuture<Integer> restore(UUID move, List<Task> tasks) {
    return one(writer, steps.restore, new Restore(move, List.copyOf(tasks)));
  }

  @Override
  public CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids) {
    return one(writer, steps.withdraw, new Withdraw(move, List.copyOf(ids)));
  }

  @Override
  public List<Inserted> insert(Connection transaction, List<NewTask> tasks, boolean notify) {
    return inUsers(
        transaction,
        users -> {
          if (tasks.isEmpty()) {
            return List.of();
          }
          if (!statements.isPrepared(tasks)) {
            join(one(writer, steps.prepare, List.copyOf(tasks)));
          }
          List<Inserted> answers = statements.insert(users, tasks);
          if (notify && answers.stream().anyMatch(Inserted::created)) {
            statements.notifyAtCommit(users);
          }
          return answers;
        });
  }

  @Override
  public Applied apply(Connection transaction, Transition transition) {
    return inUsers(
        transaction,
        users -> {
          Applied answer = statements.applyInUsers(users, transition);
          if (answer instanceof Applied.Done && transition.followUp().isPresent()) {
            statements.notifyAtCommit(users);
          }
          return answer;
        });
  }

  @Override
  public CompletableFuture<Confirmation> confirm(TaskId id, ClaimToken token) {
    return one(claimer, steps.confirm, new Claimant(id, token));
  }

  private interface InUsers<T> {
    T run(Transaction users) throws SQLException;
  }

  private <T> T inUsers(Connection connection, InUsers<T> work) {
    try {
      if (connection.isClosed()) {
        throw new IllegalArgumentException("the connection is closed");
      }
      if (connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the connection is in autocommit mode, so there is no transaction to take part in; call"
                + " setAutoCommit(false) first");
      }
      return work.run(Transaction.ofUser(connection));
    } catch (SQLException e) {
      throw new StorageException(
          "the database failed in the program's transaction: " + e.getMessage(), e);
    }
  }

  private static void join(CompletableFuture<?> future) {
    try {
      future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return listeners.add(listener);
  }

  /**
   * Closes the lanes, which make the calls that wait, and then the connections. Without a database,
   * each lane waits for a connection at most once more; where others have locked it, for the
   * beginning of a transaction likewise.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    writer.end();
    reader.end();
    order.await();
    writer.close();
    closing.run();
    reader.close();
    connections.close();
  }

  /** What a dialect does beside the calls of the store. */
  @FunctionalInterface
  public interface Work {
    /** Runs in a transaction of its own. */
    void run(Transaction transaction) throws SQLException;
  }

  /**
   * Does something between the writes, in a transaction of its own; it may fail unnoticed. While
   * the store is closed, between the reads, which end last.
   */
  public void inOwnTransaction(Work work) {
    Step<Boolean, Boolean> step =
        Step.single(
            "own",
            (transaction, input) -> {
              work.run(transaction);
              return input;
            });
    var unused = (closed.get() ? reader : writer).call(step, List.of(true), OVERHEAD);
  }

  private <I, O> CompletableFuture<O> one(Lane lane, Step<I, O> step, I input) {
    return all(lane, step, List.of(input), OVERHEAD).thenApply(answers -> answers.get(0));
  }

  private <I, O> CompletableFuture<O> oneByCaller(Lane lane, Step<I, O> step, I input) {
    return byCaller(lane, step, List.of(input), OVERHEAD).thenApply(answers -> answers.get(0));
  }

  /** A caller that cancels its answer cancels only its own copy. */
  private <I, O> CompletableFuture<List<O>> all(
      Lane lane, Step<I, O> step, List<I> inputs, long bytes) {
    if (inputs.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return order.call(lane, () -> lane.call(step, inputs, bytes)).copy();
  }
}
