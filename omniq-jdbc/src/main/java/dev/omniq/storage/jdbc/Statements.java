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
import dev.omniq.storage.Transactional.Confirmation;
import dev.omniq.storage.Transition;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The SQL of a dialect: what each method of {@link TaskStore} promises, blocking, within a
 * transaction that somebody else commits. A list that it is given may hold the inputs of several
 * calls, in their order. Each method that changes something refuses what the {@link MoveMark} of
 * the store refuses. May be called by several threads at once, each with a connection of its own.
 */
public interface Statements {

  /** The store's clock; see {@link TaskStore#now}. */
  Instant now();

  /** See {@link TaskStore#insert}. */
  List<Inserted> insert(Transaction transaction, List<NewTask> tasks) throws SQLException;

  /** Whether these tasks are inserted by one statement, or else refused by it. */
  default boolean insertsInOneStatement(List<NewTask> tasks) {
    return false;
  }

  /** See {@link TaskStore#apply}. */
  List<Applied> apply(Transaction transaction, List<Transition> transitions) throws SQLException;

  /** Whether these transitions are made by one statement. */
  default boolean appliesInOneStatement(List<Transition> transitions) {
    return false;
  }

  /** See {@link TaskStore#claim}. */
  List<Claimed> claim(Transaction transaction, ClaimRequest request) throws SQLException;

  /** See {@link TaskStore#extend}. */
  List<Applied> extend(Transaction transaction, LeaseExtension extension) throws SQLException;

  /** See {@link TaskStore#annotate}. */
  List<Applied> annotate(Transaction transaction, List<Annotation> annotations) throws SQLException;

  /** See {@link TaskStore#delete}. */
  List<DeleteOutcome> delete(Transaction transaction, List<TaskId> ids) throws SQLException;

  /** See {@link TaskStore#purge}. */
  int purge(Transaction transaction, Retention retention, int limit) throws SQLException;

  /** See {@link TaskStore#expired}; may also put away claims of tasks that are settled. */
  List<ExpiredClaim> expired(Transaction transaction, int limit) throws SQLException;

  /** See {@link TaskStore#nextDue}. */
  Optional<Instant> nextDue(Transaction transaction, ClaimRequest request) throws SQLException;

  /** See {@link TaskStore#find}. */
  Optional<Task> find(Transaction transaction, TaskId id) throws SQLException;

  /** See {@link TaskStore#list}. */
  List<Task> list(Transaction transaction, TaskQuery query) throws SQLException;

  /** See {@link TaskStore#liveRun}. */
  Optional<Task> liveRun(Transaction transaction, TaskId seriesId) throws SQLException;

  /** See {@link TaskStore#stats}. */
  StoreStats stats(Transaction transaction) throws SQLException;

  /** See {@link TaskStore#workers}. */
  List<WorkerInfo> workers(Transaction transaction) throws SQLException;

  /**
   * See {@link TaskStore#changes}.
   *
   * @param after the position asked for
   */
  Changes changes(Transaction transaction, long after, int limit) throws SQLException;

  /** See {@link Movable#mark()}. */
  Optional<MoveMark> mark(Transaction transaction) throws SQLException;

  /** See {@link Movable#mark(Optional, Optional)}. */
  Optional<MoveMark> mark(
      Transaction transaction, Optional<MoveMark> expected, Optional<MoveMark> next)
      throws SQLException;

  /** See {@link Movable#export}. */
  List<Task> export(Transaction transaction, Optional<TaskId> after, int limit) throws SQLException;

  /** See {@link Movable#restore}. */
  int restore(Transaction transaction, UUID move, List<Task> tasks) throws SQLException;

  /** See {@link Movable#withdraw}. */
  List<DeleteOutcome> withdraw(Transaction transaction, UUID move, List<TaskId> ids)
      throws SQLException;

  /** Whether these tasks can be stored in a user's transaction without {@link #prepare}. */
  boolean isPrepared(List<NewTask> tasks);

  /** Stores what tasks need beside themselves, so that no user's transaction holds it back. */
  void prepare(Transaction transaction, List<NewTask> tasks) throws SQLException;

  /** Makes the commit of a user's transaction wake workers, where that is possible. */
  void notifyAtCommit(Transaction transaction) throws SQLException;

  /** See {@link Transactional#apply}; in a user's transaction. */
  Applied applyInUsers(Transaction transaction, Transition transition) throws SQLException;

  /** See {@link Transactional#confirm}. */
  Confirmation confirm(Transaction transaction, TaskId id, ClaimToken token) throws SQLException;

  /** What a failed statement or commit says of its transaction. */
  Trouble trouble(SQLException failure);
}
