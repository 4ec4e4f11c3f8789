package dev.omniq.worker;

import dev.omniq.codec.Handler;
import dev.omniq.codec.Handlers;
import dev.omniq.codec.UndecodableArgumentsException;
import dev.omniq.task.Outcome;
import dev.omniq.task.PermanentFailureException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TimeSource;
import dev.omniq.task.TimeSource.Alarm;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs the handler of one execution and makes an {@link Outcome} of what it does. Whatever a
 * handler throws ends here.
 */
final class TaskRunner {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

  /** How long a handler may take to end after its interrupt, before it is reported as stuck. */
  static final Duration INTERRUPT_GRACE = Duration.ofSeconds(2);

  private final Handlers handlers;
  private final HandlerScope scope;
  private final TimeSource time;
  private final Settler settler;

  TaskRunner(Handlers handlers, HandlerScope scope, TimeSource time, Settler settler) {
    this.handlers = handlers;
    this.scope = scope;
    this.time = time;
    this.settler = settler;
  }

  /**
   * Runs the handler on the calling thread; {@code ended} follows when it needs its slot no more.
   */
  void run(Execution execution, Runnable ended) {
    if (execution.isReported()) { // its executor has refused it, and runs it all the same
      ended.run();
      return;
    }
    Alarm timeout = startTimeout(execution);
    Object returned;
    CompletableFuture<?> future;
    try {
      if (execution.isStopped()) {
        throw new InterruptedException("stopped before it started");
      }
      returned = call(execution);
      future = returned instanceof CompletionStage<?> stage ? stage.toCompletableFuture() : null;
    } catch (Throwable thrown) { // also Errors: a handler must not take the worker down
      finish(execution, null, thrown, timeout, ended);
      return;
    }
    if (future == null) {
      finish(execution, returned, null, timeout, ended);
    } else {
      execution.continuesAs(() -> cancel(future));
      var unused =
          future.whenComplete(
              (value, failure) -> finish(execution, value, failure, timeout, ended));
    }
  }

  /** Elsewhere: who ends an execution may be the store, and what hangs on the future may block. */
  private static void cancel(CompletableFuture<?> future) {
    var unused = CompletableFuture.runAsync(() -> future.cancel(true));
  }

  private @Nullable Object call(Execution execution) throws Exception {
    Task task = execution.task();
    MDC.put("task_id", task.id().toString());
    MDC.put("task_name", task.name());
    MDC.put("attempt", Integer.toString(task.attempt()));
    execution.enter(Thread.currentThread());
    try {
      return scope.around(execution, () -> handler(task).invoke(task.arguments()));
    } finally {
      execution.leave();
      MDC.remove("task_id");
      MDC.remove("task_name");
      MDC.remove("attempt");
    }
  }

  private Handler handler(Task task) {
    return handlers
        .find(task.name())
        .orElseThrow(() -> new IllegalStateException("no handler for " + task.name()));
  }

  private void finish(
      Execution execution,
      @Nullable Object value,
      @Nullable Throwable failure,
      Alarm timeout,
      Runnable ended) {
    timeout.cancel();
    try {
      Optional<Outcome> outcome =
          failure == null ? returned(execution, value) : threw(execution, failure);
      if (outcome.isEmpty() && execution.completion().isPresent()) {
        outcome = Optional.of(new Outcome.Released()); // its transaction may have committed
      }
      outcome.ifPresent(reported -> settler.settle(execution, reported));
    } finally {
      ended.run();
    }
  }

  private Optional<Outcome> returned(Execution execution, @Nullable Object value) {
    Optional<Execution.Stop> stop = execution.stop();
    if (stop.filter(Execution.Stop.REVOKED::equals).isPresent()) {
      return Optional.empty();
    }
    if (stop.filter(Execution.Stop.TIMEOUT::equals).isPresent()) {
      return Optional.of(timedOut(execution));
    }
    return Optional.of(execution.snoozed().orElseGet(() -> succeeded(execution, value)));
  }

  private Outcome succeeded(Execution execution, @Nullable Object value) {
    if (execution.completion().isPresent()) {
      return new Outcome.Succeeded("null"); // its transaction has the result
    }
    try {
      return new Outcome.Succeeded(
          handler(execution.task()).encodeResult(value), execution.endsSeries());
    } catch (RuntimeException | Error e) { // to read the value runs the program's code
      return failed(execution, TaskError.Type.RUNTIME, e, true);
    }
  }

  private Optional<Outcome> threw(Execution execution, Throwable failure) {
    Throwable thrown =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Optional<Execution.Stop> stop = execution.stop();
    if (stop.isEmpty()) {
      return Optional.of(failed(execution, thrown));
    }
    return switch (stop.get()) {
      case REVOKED -> Optional.empty();
      case TIMEOUT -> Optional.of(timedOut(execution));
      case SHUTDOWN -> Optional.of(new Outcome.Released());
    };
  }

  private Outcome failed(Execution execution, Throwable thrown) {
    if (thrown instanceof UndecodableArgumentsException) {
      return failed(execution, TaskError.Type.VALIDATION, thrown, true);
    }
    boolean permanent =
        thrown instanceof PermanentFailureException
            || execution.task().spec().retryPolicy().isPermanent(thrown);
    return failed(execution, TaskError.Type.RUNTIME, thrown, permanent);
  }

  private Outcome failed(
      Execution execution, TaskError.Type type, Throwable thrown, boolean permanent) {
    return new Outcome.Failed(
        TaskError.of(type, thrown, attempt(execution), settler.now()), permanent);
  }

  private Outcome timedOut(Execution execution) {
    String message =
        "timed out after " + execution.task().timeout().map(Duration::toString).orElse("?");
    return new Outcome.Failed(
        TaskError.of(TaskError.Type.TIMEOUT, message, attempt(execution), settler.now()), false);
  }

  private static int attempt(Execution execution) {
    return execution.task().attempt();
  }

  private Alarm startTimeout(Execution execution) {
    return execution
        .task()
        .timeout()
        .map(
            limit ->
                time.schedule(
                    limit,
                    () -> {
                      execution.stop(Execution.Stop.TIMEOUT);
                      time.schedule(INTERRUPT_GRACE, () -> reportStuck(execution));
                    }))
        .orElse(() -> {});
  }

  /** The attempt ends although its handler goes on; the handler keeps its slot until it returns. */
  private void reportStuck(Execution execution) {
    if (!execution.isReported()
        && execution.stop().filter(Execution.Stop.TIMEOUT::equals).isPresent()) {
      LOG.warn(
          "Task {} ({}) is stuck: its handler ignores the interrupt after its timeout",
          execution.task().id(),
          execution.task().name());
      settler.settle(execution, timedOut(execution));
    }
  }
}
