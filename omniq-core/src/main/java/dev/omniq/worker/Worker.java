package dev.omniq.worker;

import dev.omniq.codec.Handlers;
import dev.omniq.queue.Callbacks;
import dev.omniq.queue.QueueService;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Outcome;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs due tasks: claims them, calls their handlers, records their outcomes, keeps their leases.
 * Made by {@code omniq.worker()}. Thread-safe.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final int LEAST_UNSETTLED = 10_000;
  private static final Duration LAST_WRITES = Duration.ofSeconds(5);

  /**
   * What a worker works with.
   *
   * @param name its incarnation: no other start of any worker shares it
   * @param executor runs the handlers; never shut down. Empty for threads of the worker's own:
   *     virtual ones where the JDK has them
   */
  public record Parts(
      String name,
      QueueService queue,
      Handlers handlers,
      HandlerScope scope,
      TimeSource time,
      Optional<Executor> executor) {}

  private final Parts parts;
  private final WorkerOptions options;
  private final Executions executions;
  private final Slots slots;
  private final Settler settler;
  private final TaskRunner runner;
  private final LeaseKeeper leaseKeeper;
  private final Janitor janitor;
  private final ClaimLoop loop;
  private final @Nullable ExecutorService ownExecutor;
  private final Executor executor;

  private @Nullable Thread loopThread;
  private WakeUps.@Nullable Subscription subscription;
  private boolean closed;

  /** A worker that does nothing yet. */
  public Worker(Parts parts, WorkerOptions options) {
    this.parts = parts;
    this.options = options;
    executions =
        new Executions(Math.max(LEAST_UNSETTLED, 2 * options.concurrency()), this::roomAgain);
    slots = new Slots(parts.name(), options);
    settler = new Settler(parts.queue(), executions, parts.time());
    runner = new TaskRunner(parts.handlers(), parts.scope(), parts.time(), settler);
    leaseKeeper =
        new LeaseKeeper(parts.queue(), executions, parts.time(), parts.name(), options.lease());
    janitor =
        new Janitor(parts.queue(), parts.time(), options.retention(), parts.handlers()::names);
    loop = new ClaimLoop(parts, slots, executions, options, this::dispatch);
    ownExecutor =
        parts.executor().isPresent() ? null : HandlerThreads.create(options.concurrency());
    executor = ownExecutor != null ? ownExecutor : parts.executor().orElseThrow();
  }

  private void roomAgain() {
    loop.roomAgain();
  }

  /** Whether it was closed. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Its incarnation, the worker's name in tokens, stored tasks and lists of workers. */
  public String name() {
    return parts.name();
  }

  /**
   * Starts to claim and run tasks, and returns. The JVM stays alive until the worker is closed.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public synchronized Worker start() {
    if (closed || loopThread != null) {
      throw new IllegalStateException(
          closed ? "this worker is closed; make a new one" : "this worker has been started before");
    }
    subscription =
        parts.queue().wakeUps().map(wakeUps -> wakeUps.subscribe(new Wakened())).orElse(null);
    leaseKeeper.start();
    janitor.start();
    loopThread = new Thread(loop, "omniq-worker");
    loopThread.start();
    return this;
  }

  /**
   * Runs everything that is due now, and what becomes due while it runs, on the executor, and
   * returns when it is recorded: for tests and for programs with a loop of their own, instead of
   * {@link #start()}. Also takes back expired claims and purges.
   *
   * @return how many executions there were
   */
  public int runDue() {
    Callbacks.requireMayWait();
    janitor.sweep();
    int total = 0;
    for (int claimed = loop.step(); claimed > 0; claimed = loop.step()) {
      total += claimed;
      executions.awaitIdle(options.shutdownTimeout());
    }
    return total;
  }

  /** When {@link #runDue()} may find something next, by the store's clock; empty for never. */
  public Optional<Instant> nextDue() {
    Callbacks.requireMayWait();
    return loop.nextDue();
  }

  /** Whether the executor takes it. */
  private boolean dispatch(Execution execution) {
    leaseKeeper.watch();
    Runnable run = () -> runner.run(execution, () -> ended(execution));
    try {
      executor.execute(run);
      return true;
    } catch (RuntimeException | Error e) { // a thread that cannot be made is an Error
      LOG.error("The executor refuses task {}; it is given back", execution.task().id(), e);
      settler.settle(execution, new Outcome.Released());
      ended(execution);
      return false;
    }
  }

  private void ended(Execution execution) {
    if (!execution.claimEnd()) {
      return; // an executor that runs it at once may fail behind it
    }
    slots.release(execution.task());
    if (!execution.isReported()) {
      executions.remove(execution); // revoked: there is nothing to record
    }
    loop.roomAgain();
  }

  /**
   * Stops in order: claims no more, waits for running handlers as long as the shutdown timeout,
   * interrupts those that are left, gives unfinished tasks back as PENDING with their attempts
   * restored, and returns when all of that is on stable storage. An interrupt of the caller cuts
   * the waiting short. Closing again does nothing. An executor given by the user is not shut down.
   */
  @Override
  public void close() {
    Callbacks.requireMayWait();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    loop.stop();
    boolean interrupted = joinLoop();
    if (!executions.awaitIdle(options.shutdownTimeout())) {
      interrupted |= Thread.interrupted();
      executions.all().forEach(execution -> execution.stop(Execution.Stop.SHUTDOWN));
      executions.awaitIdle(TaskRunner.INTERRUPT_GRACE);
      interrupted |= Thread.interrupted();
      giveBackTheRest();
    }
    leaseKeeper.close();
    janitor.close();
    if (subscription != null) {
      subscription.close();
    }
    if (ownExecutor != null) {
      ownExecutor.shutdownNow();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean joinLoop() {
    Thread thread;
    synchronized (this) {
      thread = loopThread;
    }
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the loop ends soon, and nothing may be claimed after close()
      }
    }
    return interrupted;
  }

  private void giveBackTheRest() {
    for (Execution execution : executions.all()) {
      LOG.warn(
          "Task {} ({}) is stuck: its handler ignores the interrupt of the shutdown; the task is"
              + " given back",
          execution.task().id(),
          execution.task().name());
      settler.settle(execution, new Outcome.Released());
    }
    if (!executions.awaitIdle(LAST_WRITES)) {
      LOG.error(
          "{} outcome(s) could not be recorded; those tasks run again when their leases have run"
              + " out",
          executions.size());
    }
  }

  private final class Wakened implements WakeUps.Listener {
    @Override
    public void due() {
      loop.wake();
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {
      leaseKeeper.revoked(tokens);
    }
  }
}
