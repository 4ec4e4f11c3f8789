package dev.omniq;

import dev.omniq.codec.Handlers;
import dev.omniq.codec.JsonCodec;
import dev.omniq.codec.TypeRef;
import dev.omniq.queue.Callbacks;
import dev.omniq.queue.Listeners;
import dev.omniq.queue.QueueService;
import dev.omniq.queue.Waiters;
import dev.omniq.storage.Changes;
import dev.omniq.storage.Retention;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Enqueued;
import dev.omniq.task.NewTask;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskResult;
import dev.omniq.worker.Worker;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A durable queue of tasks: the way in.
 *
 * <pre>{@code
 * try (OmniQ omniq = OmniQ.open("file:omniq_data")) {
 *   omniq.enqueue(task(Reports::generate, "daily").eta(tomorrow).interval(Duration.ofHours(1)));
 *   try (Worker worker = omniq.worker().tasks(Reports.class).start()) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe; one instance serves a program. Methods block until their change is on stable
 * storage, and calls of several threads share durable writes. An interrupt ends only the waiting:
 * the caller gets an {@link OutcomeUnknownException} or {@link OmniQException} and keeps its
 * interrupt flag. {@link #async()} is the same without blocking.
 */
public final class OmniQ implements AutoCloseable {
  private final Settings settings;
  private final QueueService queue;
  private final JsonCodec json;
  private final Handlers handlers;
  private final TaskRequest.Defaults defaults;
  private final Interceptors interceptors;
  private final AsyncOmniQ async;
  private final List<Worker> workers = new ArrayList<>();

  private boolean closed;

  private OmniQ(Settings settings, TaskStore store) {
    this.settings = settings;
    json = settings.json().limit(settings.maxArgumentBytes());
    handlers = new Handlers(json);
    defaults = new TaskRequest.Defaults(settings.defaultRetryPolicy(), settings.defaultTimeout());
    queue =
        new QueueService(
            store,
            settings.maxWaitingBytes(),
            new Listeners(settings.listeners()),
            new Waiters(settings.timeSource()));
    interceptors = new Interceptors(settings.interceptors());
    async = new AsyncOmniQ(this, queue);
  }

  /**
   * Opens the store that the settings name.
   *
   * @throws dev.omniq.task.StorageException if the store cannot be opened; the message says why
   */
  public static OmniQ open(Settings settings) {
    return new OmniQ(settings, Stores.open(Given.required(settings, "the settings")));
  }

  /**
   * Opens a store by its URL: {@code file:DIRECTORY}, {@code memory:}, {@code sqlite:FILE} or
   * {@code jdbc:postgresql://…}; everything else is as by default.
   */
  public static OmniQ open(String url) {
    return open(Settings.ofUrl(Given.required(url, "the URL")).build());
  }

  /** Opens what the environment variables say; see {@link Settings#fromEnv()}. */
  public static OmniQ fromEnv() {
    return open(Settings.fromEnv());
  }

  /** Opens a queue on a store of the caller's, which is closed with it. */
  public static OmniQ on(TaskStore store, Settings settings) {
    return new OmniQ(settings, store);
  }

  /** The same facade without blocking. */
  public AsyncOmniQ async() {
    return async;
  }

  /** The settings it was opened with. */
  public Settings settings() {
    return settings;
  }

  /**
   * Stores a task and returns when it is on stable storage.
   *
   * @return the id of the task that is there now: the new one, or the one that has the request's
   *     id, or the live one that has its unique key
   */
  public TaskId enqueue(TaskRequest request) {
    return enqueueIfAbsent(request).id();
  }

  /** The same, and tells whether the task was created. */
  public Enqueued enqueueIfAbsent(TaskRequest request) {
    List<NewTask> task = List.of(newTask(request));
    return join(() -> AsyncOmniQ.insertOne(task, queue::insertBlocking), ids(task), () -> false);
  }

  /**
   * Stores many tasks, all or none, in one durable write.
   *
   * @return the ids in the order of the requests
   */
  public List<TaskId> enqueueAll(List<TaskRequest> requests) {
    List<NewTask> tasks = newTasks(requests);
    return join(() -> AsyncOmniQ.insertAll(tasks, queue::insertBlocking), ids(tasks), () -> false);
  }

  /**
   * Enqueues within a transaction of the program's, on a connection to the database of this queue's
   * store: tasks are there when it commits.
   *
   * @param connection open, not in autocommit mode
   * @throws OmniQException if the store is in no database; SQLite and PostgreSQL are
   */
  public InTransaction in(Connection connection) {
    Given.required(connection, "the connection");
    queue.requireTransactional();
    return new InTransaction(this, queue, connection, true);
  }

  /** How a task ended; empty while it is pending or running, and if it is not known. */
  public Optional<TaskResult> result(TaskId id) {
    return join(() -> async.result(id));
  }

  /**
   * What a task's handler returned; {@code null} for a void handler.
   *
   * @throws dev.omniq.task.TaskFailedException if the task failed or was cancelled
   * @throws dev.omniq.task.TaskNotFinishedException if it is pending, running, or not known
   */
  public <T> @Nullable T result(TaskId id, Class<T> type) {
    return join(() -> async.result(id, type));
  }

  /** The same for a generic type, such as {@code new TypeRef<List<String>>() {}}. */
  public <T> @Nullable T result(TaskId id, TypeRef<T> type) {
    return join(() -> async.result(id, type));
  }

  /** Waits for a task to end; empty if that takes longer, or if the task is not known. */
  public Optional<TaskResult> await(TaskId id, Duration timeout) {
    return join(() -> async.await(id, timeout));
  }

  /** The task as it stands. */
  public Optional<Task> task(TaskId id) {
    return join(() -> async.task(id));
  }

  /** The tasks that meet a query, the newest first. */
  public List<Task> tasks(TaskQuery query) {
    return join(() -> async.tasks(query));
  }

  /**
   * Removes a task that is not running. To delete the pending run of a series ends the series; to
   * delete a finished run does not, and the answer says so.
   */
  public DeleteOutcome delete(TaskId id) {
    return join(() -> async.delete(id));
  }

  /**
   * Ends a pending or running task. The handler of a running one is interrupted, in this process at
   * once, in others when they hear of it, which takes at most ten seconds. A series ends with the
   * cancelled run.
   */
  public CancelOutcome cancel(TaskId id) {
    return joinCancel(() -> async.cancel(id));
  }

  /** Ends a series, by the id of any of its runs, whichever run is live: whether one was. */
  public boolean cancelSeries(TaskId anyRun) {
    return joinCancel(() -> async.cancelSeries(anyRun));
  }

  /**
   * Sends a finished task round once more, with a fresh budget of retries. A run of a series runs
   * again beside its series, which it neither continues nor holds up.
   *
   * @throws OmniQException if the task is not known or not finished, or if another live task holds
   *     its unique key
   */
  public void retry(TaskId id) {
    join(() -> async.retry(id));
  }

  /**
   * Gives a waiting task another due time, sooner or later than it had; one in the past means now.
   * The planned time stays, so a series at a fixed rate keeps its beat.
   *
   * @throws OmniQException if the task is not known or does not wait
   */
  public void reschedule(TaskId id, Instant due) {
    join(() -> async.reschedule(id, due));
  }

  /**
   * Makes a waiting task due now, whatever it waits for: its time, or its next attempt. Workers
   * take it as any task that is due.
   *
   * @throws OmniQException if the task is not known or does not wait
   */
  public void runNow(TaskId id) {
    join(() -> async.runNow(id));
  }

  /**
   * Changes many tasks: those that {@link #tasks} lists for this query, one page of them, in one
   * durable write (in several where their errors and logs are large). The query's limit is the size
   * of the page; a thousand is a good choice. For all that match, page by page:
   *
   * <pre>{@code
   * Optional<TaskQuery> page = Optional.of(TaskQuery.all().status(FAILED).limit(1_000));
   * while (page.isPresent()) {
   *   page = omniq.change(TaskChange.RETRY, page.get()).next();
   * }
   * }</pre>
   *
   * <p>What can be done with each task, and what follows, is as with {@link #cancel}, {@link
   * #retry}, {@link #runNow} and {@link #delete}. A task that cannot be changed is left as it is,
   * and the answer says why; one that is no longer as it was listed is looked at again, by itself.
   * If the call fails, some of the page may have been changed: to repeat it is safe.
   */
  public ChangedTasks change(TaskChange change, TaskQuery page) {
    return joinCancel(() -> async.change(change, page));
  }

  /**
   * The same for some tasks of the page only, by what no query can ask for.
   *
   * @param only is called with each task of the page, on a thread of the store: it must be quick,
   *     and must not wait for a store
   */
  public ChangedTasks change(TaskChange change, TaskQuery page, Predicate<Task> only) {
    return joinCancel(() -> async.change(change, page, only));
  }

  /**
   * Removes finished tasks that need not be kept. Workers do so once a minute by the settings'
   * retention; this is for programs without workers, and for what is to go sooner. In steps, each a
   * durable write: repeat it while it removes as many as the limit allows.
   *
   * @param limit at most so many, at least 1; a thousand is a good choice
   * @return how many were removed; less than the limit if no more are found
   * @throws IllegalArgumentException if the limit is not positive
   */
  public int purge(Retention retention, int limit) {
    return join(() -> async.purge(retention, limit));
  }

  /** Counts by queue and status, and of names that this program has no handler for. */
  public QueueStats stats() {
    return join(() -> async.stats());
  }

  /** The workers that were seen lately. */
  public List<WorkerInfo> workers() {
    return join(() -> async.workers());
  }

  /**
   * What has happened behind a position, to follow a queue: which tasks became what, of all
   * programs that use the store. A store keeps the last few thousand transitions only; {@link
   * Changes#missed} says that some are gone.
   *
   * @param after a position that an earlier answer ended with; 0 begins with the oldest that is
   *     kept
   * @param limit at most so many, at least 1
   * @throws IllegalArgumentException if the limit is not positive
   */
  public Changes changes(long after, int limit) {
    return join(() -> async.changes(after, limit));
  }

  /** A worker of this queue, to be configured and started. */
  public WorkerBuilder worker() {
    return new WorkerBuilder(this);
  }

  /**
   * Closes the workers that are still open, in order, and then the store. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    Callbacks.requireMayWait();
    List<Worker> open;
    synchronized (workers) {
      if (closed) {
        return;
      }
      closed = true;
      open = List.copyOf(workers);
    }
    open.forEach(Worker::close);
    queue.close();
  }

  Worker register(Worker worker) {
    synchronized (workers) {
      if (closed) {
        throw new OmniQException("this OmniQ is closed; open a new one");
      }
      workers.removeIf(Worker::isClosed);
      workers.add(worker);
    }
    return worker;
  }

  Instant now() {
    return queue.now();
  }

  QueueService queue() {
    return queue;
  }

  JsonCodec json() {
    return json;
  }

  Handlers handlers() {
    return handlers;
  }

  Interceptors interceptors() {
    return interceptors;
  }

  NewTask newTask(TaskRequest request) {
    NewTask task =
        Given.required(request, "the request")
            .toNewTask(defaults, json, () -> TaskId.next(queue.now()));
    NewTask labelled = task.with(interceptors.labelled(task.spec()));
    request.method().ifPresent(handlers::registerIfRunnable);
    return labelled;
  }

  List<NewTask> newTasks(List<TaskRequest> requests) {
    return Given.required(requests, "the list of requests").stream().map(this::newTask).toList();
  }

  private static List<TaskId> ids(List<NewTask> tasks) {
    return tasks.stream().map(NewTask::id).toList();
  }

  static <T> T join(Supplier<CompletableFuture<T>> call) {
    return join(call, List.of(), () -> false);
  }

  /**
   * The same for what may end the execution that asks for it: the interrupt is the handler's, which
   * has its answer first.
   */
  private static <T> T joinCancel(Supplier<CompletableFuture<T>> call) {
    return join(call, List.of(), TaskContext::isStoppedHere);
  }

  /**
   * Makes a call and waits for its answer; an interrupt ends only the waiting.
   *
   * @param writing the ids of what it stores
   * @param waitsOn whether to wait on after an interrupt
   */
  private static <T> T join(
      Supplier<CompletableFuture<T>> call, List<TaskId> writing, BooleanSupplier waitsOn) {
    Callbacks.requireMayWait();
    CompletableFuture<T> answer = call.get();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          interrupted = true;
          if (!waitsOn.getAsBoolean()) {
            throw new OutcomeUnknownException(
                "interrupted while waiting for the store; the call goes on without its caller"
                    + (writing.isEmpty() ? "" : ", and to repeat it with the same task id is safe"),
                writing,
                e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    return cause instanceof RuntimeException exception
        ? exception
        : new OmniQException("unexpected failure of the store: " + cause, cause);
  }
}
