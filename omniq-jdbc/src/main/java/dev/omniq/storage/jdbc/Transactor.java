package dev.omniq.storage.jdbc;

import dev.omniq.storage.jdbc.Step.Mode;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings batches to the database. What fails for a batch is tried again call by call, so that a
 * failure belongs to its caller; what may have happened is never tried again. Where no transaction
 * can be begun, no call is the reason: all fail together, instead of waiting for it one after the
 * other. Thread-safe.
 */
final class Transactor {
  private static final Logger LOG = LoggerFactory.getLogger(Transactor.class);

  /** How often a batch is tried that gives way to others, or whose connection is gone. */
  private static final int TRIES = 5;

  private final Connections connections;
  private final Function<SQLException, Trouble> troubles;

  /**
   * A transactor.
   *
   * @param troubles what a dialect's exception says of its transaction
   */
  Transactor(Connections connections, Function<SQLException, Trouble> troubles) {
    this.connections = connections;
    this.troubles = troubles;
  }

  /** What comes after an attempt that did not succeed. */
  private enum Next {
    /** The same batch once more, and then each call by itself. */
    AGAIN,
    /** The same batch once more, and then all calls fail: none has run, so none is the reason. */
    BEGIN_AGAIN,
    /** Each call by itself: one of them may be the reason. */
    ALONE,
    /** All calls fail. */
    GIVE_UP,
    /** The same: there is no connection, and to take one has waited for a while already. */
    UNREACHABLE
  }

  /** How an attempt ended that did not succeed. */
  private record Failure(RuntimeException exception, Next next, boolean connectionSound) {

    /** There was no transaction to be had for the calls, whatever they are. */
    boolean isOfNoCall() {
      return next == Next.BEGIN_AGAIN || next == Next.UNREACHABLE;
    }

    boolean mayPass() {
      return next == Next.AGAIN || next == Next.BEGIN_AGAIN;
    }

    /** It came before any call had run. */
    Failure ofBeginning() {
      return new Failure(exception, Next.BEGIN_AGAIN, connectionSound);
    }

    /** The connection can be used no more either. */
    Failure broken(SQLException why) {
      exception.addSuppressed(why);
      return new Failure(exception, next, false);
    }
  }

  /**
   * Runs a batch to its end; every call of it has its answer afterwards.
   *
   * @return why no call could have been made, if there was no connection to be had or no
   *     transaction could be begun
   */
  @Nullable RuntimeException run(Batch batch) {
    Failure failure = attempt(batch);
    for (int tries = 1; failure != null && failure.mayPass() && tries < TRIES; tries++) {
      LOG.debug("Trying again ({}): {}", batch.name(), failure.exception.getMessage());
      failure = attempt(batch);
    }
    if (failure == null) {
      return null;
    }
    if (batch.calls().size() > 1 && (failure.next == Next.ALONE || failure.next == Next.AGAIN)) {
      return runAlone(batch.alone());
    }
    batch.fail(failure.exception);
    return failure.isOfNoCall() ? failure.exception : null;
  }

  /** One after the other, until none can be made. */
  private @Nullable RuntimeException runAlone(List<Batch> calls) {
    RuntimeException obstacle = null;
    for (Batch call : calls) {
      if (obstacle == null) {
        obstacle = run(call);
      } else {
        call.fail(
            new StorageException(
                "the call before this one failed: " + obstacle.getMessage(), obstacle));
      }
    }
    return obstacle;
  }

  private @Nullable Failure attempt(Batch batch) {
    Connection connection;
    try {
      connection = batch.mode() == Mode.READ ? connections.takeToRead() : connections.take();
    } catch (SQLException | RuntimeException e) {
      return new Failure(
          new StorageException("no connection to the database: " + e.getMessage(), e),
          Next.UNREACHABLE,
          false);
    }
    Failure failure =
        batch.mode() == Mode.SHARED ? transact(batch, connection) : single(batch, connection);
    putBack(connection, failure == null || failure.connectionSound);
    return failure;
  }

  private @Nullable Failure transact(Batch batch, Connection connection) {
    boolean begun = false;
    boolean committing = false;
    Runnable answers;
    Transaction transaction = Transaction.own(connection);
    try {
      connections.begin(connection);
      begun = true;
      answers = batch.run(transaction);
      committing = true;
      connections.commit(connection);
    } catch (SQLException e) {
      Failure failure = failure(batch, e, committing);
      return rolledBack(connection, begun ? failure : failure.ofBeginning());
    } catch (RuntimeException | Error e) {
      return rolledBack(connection, refused(e));
    }
    transaction.committed();
    answers.run();
    return null;
  }

  private @Nullable Failure single(Batch batch, Connection connection) {
    Runnable answers;
    Transaction transaction = Transaction.autocommit(connection);
    try {
      answers = batch.run(transaction);
    } catch (SQLException e) {
      return halfWay(transaction, batch, failure(batch, e, batch.mode() == Mode.SINGLE), e);
    } catch (RuntimeException | Error e) {
      return halfWay(transaction, batch, refused(e), e);
    }
    transaction.committed();
    answers.run();
    return null;
  }

  /**
   * What a statement has stored stays. To make its calls again would tell them that others had
   * stored it.
   */
  private static Failure halfWay(
      Transaction transaction, Batch batch, Failure failure, Throwable cause) {
    if (!transaction.hasStored()) {
      return failure;
    }
    transaction.committed();
    return new Failure(unknown(batch, cause), Next.GIVE_UP, failure.connectionSound);
  }

  /** A call was refused before it came to the database. */
  private static Failure refused(Throwable thrown) {
    RuntimeException exception =
        thrown instanceof RuntimeException unchecked
            ? unchecked
            : new StorageException("the store failed: " + thrown, thrown);
    return new Failure(exception, Next.ALONE, true);
  }

  private Failure failure(Batch batch, SQLException e, boolean committing) {
    return switch (troubles.apply(e)) {
      case CONFLICT -> new Failure(refusal(batch, e), Next.AGAIN, true);
      case REFUSED -> new Failure(refusal(batch, e), Next.ALONE, true);
      case CONNECTION_LOST ->
          committing
              ? new Failure(unknown(batch, e), Next.GIVE_UP, false)
              : new Failure(refusal(batch, e), Next.AGAIN, false);
      case UNKNOWN ->
          committing
              ? new Failure(unknown(batch, e), Next.GIVE_UP, false)
              : new Failure(refusal(batch, e), Next.ALONE, false);
    };
  }

  private static StorageException refusal(Batch batch, SQLException e) {
    return new StorageException(
        "the database failed (%s), nothing was changed: %s".formatted(batch.name(), e.getMessage()),
        e);
  }

  private static OutcomeUnknownException unknown(Batch batch, Throwable e) {
    return new OutcomeUnknownException(
        "it is not known whether this was stored (%s): %s".formatted(batch.name(), e.getMessage()),
        List.of(),
        e);
  }

  private Failure rolledBack(Connection connection, Failure failure) {
    if (!failure.connectionSound) {
      return failure;
    }
    try {
      connections.rollBack(connection);
      return failure;
    } catch (SQLException e) {
      return failure.broken(e);
    }
  }

  private void putBack(Connection connection, boolean sound) {
    if (!sound) {
      connections.discard(connection);
      return;
    }
    try {
      connections.giveBack(connection);
    } catch (SQLException | RuntimeException e) {
      LOG.debug("A connection could not be given back", e);
    }
  }
}
