package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a store may offer beside {@link TaskStore}: to take part in a transaction of the program's,
 * on a connection to the same database.
 *
 * <p>{@link #insert} and {@link #apply} work on the caller's thread and connection, and neither
 * commit nor roll back; what they did stands or falls with the transaction. They never touch what
 * keeps a lease, so that no renewal waits for a program.
 *
 * <p>Both refuse a connection that is closed or in autocommit mode with {@link
 * IllegalArgumentException}, and fail with {@link dev.omniq.task.StorageException} if the database
 * fails; what becomes of the transaction is then the program's to decide.
 */
public interface Transactional {

  /**
   * Stores tasks: visible to others when the transaction commits, gone when it rolls back. Due
   * times are resolved now.
   *
   * @param notify whether the commit wakes workers, where the store can do that; at most once for a
   *     transaction. Polling finds the tasks otherwise
   */
  List<Inserted> insert(Connection transaction, List<NewTask> tasks, boolean notify);

  /**
   * Settles a task that its worker holds, with its follow-up.
   *
   * @param transition of a {@link Transition.Expected.Holder}
   * @return {@link Applied#APPLIED}, or {@link Applied#STALE} if the claim is over
   */
  Applied apply(Connection transaction, Transition transition);

  /**
   * Tells whether a transaction has settled the task of a claim, and if so ends the claim. Waits
   * for no transaction that is still open.
   */
  CompletableFuture<Confirmation> confirm(TaskId id, ClaimToken token);

  /** What became of a task that a transaction was to settle. */
  enum Confirmation {
    /** It is settled, and the claim is over. */
    SETTLED,
    /** It is not settled: the transaction was rolled back. The claim stands as it did. */
    OPEN,
    /** A transaction that has changed it is still open. */
    LOCKED
  }
}
