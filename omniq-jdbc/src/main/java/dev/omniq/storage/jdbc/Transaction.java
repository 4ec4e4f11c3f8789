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
  private final Kind kind;
  private final List<Runnable> afterCommit = new ArrayList<>();
  private boolean hasStored;

  /** Who begins and commits it. */
  private enum Kind {
    OWN,
    AUTOCOMMIT,
    USERS
  }

  private Transaction(Connection connection, Kind kind) {
    this.connection = connection;
    this.kind = kind;
  }

  /** A transaction that the store itself begins and commits. */
  public static Transaction own(Connection connection) {
    return new Transaction(connection, Kind.OWN);
  }

  /** Each statement commits itself; a step that needs a transaction begins and commits one. */
  public static Transaction autocommit(Connection connection) {
    return new Transaction(connection, Kind.AUTOCOMMIT);
  }

  /** A transaction of the user's: nobody tells when it commits, so nothing can follow. */
  public static Transaction ofUser(Connection connection) {
    return new Transaction(connection, Kind.USERS);
  }

  /** The connection to use; never commit, roll back or close it. */
  public Connection connection() {
    return connection;
  }

  /** Whether this is a user's transaction. */
  public boolean isUsers() {
    return kind == Kind.USERS;
  }

  /** Whether no transaction has begun: each statement commits itself. */
  public boolean isAutocommit() {
    return kind == Kind.AUTOCOMMIT;
  }

  /**
   * Notes that a statement has stored something. In autocommit mode that stays, whatever comes
   * after it: if the call fails then, its outcome is unknown, and what was to follow a commit does.
   */
  public void noteStored() {
    hasStored |= isAutocommit();
  }

  /** Whether a statement has stored something that no rollback takes back. */
  boolean hasStored() {
    return hasStored;
  }

  /**
   * Runs an action after the commit, such as waking workers or remembering what is stored now; not
   * at all after a rollback, nor in a user's transaction. The action must be short and not throw.
   */
  public void afterCommit(Runnable action) {
    if (!isUsers()) {
      afterCommit.add(action);
    }
  }

  /**
   * Runs what was to follow: for those who began the transaction and have committed it, when it is
   * too late for anything to fail.
   */
  public void committed() {
    for (Runnable action : afterCommit) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("What was to follow a commit failed", e);
      }
    }
  }
}
