package dev.omniq.spring;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.task.Enqueued;
import dev.omniq.task.OmniQException;
import dev.omniq.task.TaskId;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Enqueues as a part of what {@code @Transactional} encloses. While a transaction of Spring is
 * active, tasks are there when it commits and never were when it is rolled back; without one they
 * are stored at once. It never does less: in a transaction that the queue cannot be part of, for it
 * is on another database or the tasks are in none, a call is refused. Thread-safe.
 *
 * <p>Not for callbacks after a commit, such as a {@code @TransactionalEventListener}: to Spring the
 * transaction is active still, but nobody commits it once more. There, call {@link OmniQ}.
 *
 * <pre>{@code
 * @Transactional
 * public void place(Order order) {
 *   orders.save(order);
 *   omniq.enqueue(task(Confirmations.class, Confirmations::send, order.id()));
 * }
 * }</pre>
 */
public final class TransactionalOmniQ {
  private final OmniQ omniq;
  private final @Nullable DataSource dataSource;

  /** For a queue that is in no database of the application: refused in every transaction. */
  public TransactionalOmniQ(OmniQ omniq) {
    this.omniq = Objects.requireNonNull(omniq, "omniq");
    dataSource = null;
  }

  /**
   * For a queue in a database of the application.
   *
   * @param dataSource the one that transactions are made on, and that leads to the queue's tables
   */
  public TransactionalOmniQ(OmniQ omniq, DataSource dataSource) {
    this.omniq = Objects.requireNonNull(omniq, "omniq");
    // Transactions are known by what is behind this proxy.
    this.dataSource =
        dataSource instanceof TransactionAwareDataSourceProxy proxy
            ? proxy.getTargetDataSource()
            : Objects.requireNonNull(dataSource, "dataSource");
  }

  /**
   * Stores a task, with the transaction if there is one.
   *
   * @return the id of the task that is there: the new one, or the one that has the request's id, or
   *     the live one that has its unique key
   * @throws OmniQException if there is a transaction that the queue cannot be part of
   */
  public TaskId enqueue(TaskRequest request) {
    return enqueueIfAbsent(request).id();
  }

  /** The same, and tells whether the task was created. */
  public Enqueued enqueueIfAbsent(TaskRequest request) {
    return isTransactional()
        ? on(connection -> omniq.in(connection).enqueueIfAbsent(request))
        : omniq.enqueueIfAbsent(request);
  }

  /** Stores many tasks, all or none; the ids are in the order of the requests. */
  public List<TaskId> enqueueAll(List<TaskRequest> requests) {
    return isTransactional()
        ? on(connection -> omniq.in(connection).enqueueAll(requests))
        : omniq.enqueueAll(requests);
  }

  /**
   * Completes the task whose handler runs on this thread, with the transaction that the handler has
   * written in: what it did happens exactly once. See {@link TaskContext#completeIn(Connection)}.
   *
   * @throws OmniQException if the claim is over, or if there is no transaction that the queue can
   *     be part of
   * @throws IllegalStateException on a thread that runs no handler
   */
  public void completeTask() {
    TaskContext task = TaskContext.current();
    if (!isTransactional()) {
      throw new OmniQException("there is no transaction to complete task " + task.taskId() + " in");
    }
    on(
        connection -> {
          task.completeIn(connection);
          return true;
        });
  }

  private static boolean isTransactional() {
    return TransactionSynchronizationManager.isActualTransactionActive();
  }

  private <T> T on(Function<Connection, T> call) {
    if (dataSource == null || !TransactionSynchronizationManager.hasResource(dataSource)) {
      throw new OmniQException(
          "a transaction is active, but not on the database that the queue is in, so the task would"
              + " not stand or fall with it; keep tasks in the database of the transaction (leave"
              + " omniq.url out), or call OmniQ itself, after the transaction or in spite of it");
    }
    Connection connection = DataSourceUtils.getConnection(dataSource);
    try {
      return call.apply(connection);
    } finally {
      DataSourceUtils.releaseConnection(connection, dataSource);
    }
  }
}
