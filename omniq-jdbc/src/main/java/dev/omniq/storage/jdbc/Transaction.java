package dev.omniq.storage.jdbc;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction that a step of {@link Statements} runs in, and what is to follow when it has
 * committed. Used by one thread.
 */
public final class Transaction {
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final Connection connection;
  private final boolean foreign;
  private final List<Runnable> afterCommit = new ArrayList<>();

  private Transaction(Connection connection, boolean foreign) {
    this.connection = connection;
    this.foreign = foreign;
  }

  /** A transaction that the store itself commits. */
  public static Transaction own(Connection connection) {
    return new Transaction(connection, false);
  }

  /** A transaction of the user's: nobody tells when it commits, so nothing can follow. */
  public static Transaction ofUser(Connection connection) {
    return new Transaction(connection, true);
  }

  /** The connection to use; never commit, roll back or close it. */
  public Connection connection() {
    return connection;
  }

  /** Whether this is a user's transaction. */
  public boolean isUsers() {
    return foreign;
  }

  /**
   * Runs an action after the commit, such as waking workers or remembering what is stored now; not
   * at all after a rollback, nor in a user's transaction. The action must be short and not throw.
   */
  public void afterCommit(Runnable action) {
    if (!foreign) {
      afterCommit.add(action);
    }
  }

  /** Runs what was to follow; it is too late for anything to fail. */
  void committed() {
    for (Runnable action : afterCommit) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("What was to follow a commit failed", e);
      }
    }
  }
}
