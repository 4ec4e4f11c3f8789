package dev.omniq;

import dev.omniq.queue.QueueService;
import dev.omniq.storage.Inserted;
import dev.omniq.task.Enqueued;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import java.sql.Connection;
import java.util.List;

/**
 * Enqueues within a transaction of the program's, on its connection: a task is there when the
 * transaction commits, and never was when it is rolled back. An immutable value; used by the thread
 * that uses the connection.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * orders.insert(connection, order);
 * omniq.in(connection).enqueue(task(Invoices::send, order.id()));
 * connection.commit();
 * }</pre>
 *
 * <p>Nothing is committed or rolled back here. A failure leaves the transaction to the program. The
 * program's {@link dev.omniq.task.TaskListener}s hear of such a task only when it starts.
 */
public final class InTransaction {
  private final OmniQ omniq;
  private final QueueService queue;
  private final Connection connection;
  private final boolean notify;

  InTransaction(OmniQ omniq, QueueService queue, Connection connection, boolean notify) {
    this.omniq = omniq;
    this.queue = queue;
    this.connection = connection;
    this.notify = notify;
  }

  /**
   * The same without waking workers when the transaction commits: they find the tasks by polling.
   * For transactions that must not notify, or need not.
   */
  public InTransaction quietly() {
    return new InTransaction(omniq, queue, connection, false);
  }

  /**
   * Stores a task, to be there with the transaction.
   *
   * @return the id of the task that is there: the new one, or the one that has the request's id, or
   *     the live one that has its unique key
   * @throws IllegalArgumentException if the connection is closed or in autocommit mode
   * @throws dev.omniq.task.StorageException if the database fails
   */
  public TaskId enqueue(TaskRequest request) {
    return enqueueIfAbsent(request).id();
  }

  /** The same, and tells whether the task was created. */
  public Enqueued enqueueIfAbsent(TaskRequest request) {
    Inserted inserted = insert(List.of(omniq.newTask(request))).get(0);
    return new Enqueued(inserted.id(), inserted.created());
  }

  /** Stores many tasks; the ids are in the order of the requests. */
  public List<TaskId> enqueueAll(List<TaskRequest> requests) {
    return insert(omniq.newTasks(requests)).stream().map(Inserted::id).toList();
  }

  private List<Inserted> insert(List<NewTask> tasks) {
    return queue.insertIn(connection, tasks, notify);
  }
}
