package dev.omniq.worker;

import dev.omniq.queue.QueueService;
import dev.omniq.queue.Rules;
import dev.omniq.storage.Transition;
import dev.omniq.task.Outcome;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings outcomes to the queue, each once. The store writes together what arrives together. An
 * outcome that the store cannot take now (a full disk, an owner that is being replaced) is brought
 * again for as long as the claim holds.
 */
final class Settler {
  private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

  private final QueueService queue;
  private final Executions executions;
  private final TimeSource time;
  private final Confirmer confirmer;

  Settler(QueueService queue, Executions executions, TimeSource time) {
    this.queue = queue;
    this.executions = executions;
    this.time = time;
    confirmer = new Confirmer(queue, executions, time);
  }

  /** Reports the outcome, unless one was reported before. */
  void settle(Execution execution, Outcome outcome) {
    if (execution.claimReport()) {
      execution
          .completion()
          .ifPresentOrElse(
              completion -> confirm(execution, completion, outcome),
              () -> bring(execution, outcome, queue.now(), FIRST_PAUSE));
    }
  }

  /** The handler has completed its task in a transaction: if that has committed, all is done. */
  private void confirm(Execution execution, Transition completion, Outcome outcome) {
    Instant endedAt = queue.now();
    confirmer.confirm(
        execution,
        completion,
        () -> bring(execution, uncommitted(execution, outcome), endedAt, FIRST_PAUSE),
        FIRST_PAUSE);
  }

  /** A handler that failed has said why; one that returned should have committed. */
  private Outcome uncommitted(Execution execution, Outcome outcome) {
    return outcome instanceof Outcome.Succeeded
        ? new Outcome.Failed(
            TaskError.of(
                TaskError.Type.RUNTIME,
                "the handler completed the task in a transaction and returned, but the transaction"
                    + " was not committed",
                execution.task().attempt(),
                now()),
            false)
        : outcome;
  }

  /** The store's time, which this process's clock may be minutes away from. */
  Instant now() {
    return queue.now();
  }

  static Duration longer(Duration pause) {
    Duration next = pause.multipliedBy(2);
    return next.compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : next;
  }

  private void bring(Execution execution, Outcome outcome, Instant endedAt, Duration pause) {
    var unused =
        queue
            .settle(execution.claimed(), outcome, execution.notes(), endedAt)
            .whenComplete(
                (recorded, failure) -> {
                  if (failure == null) {
                    executions.remove(execution);
                    if (!recorded) {
                      dropped(execution, outcome);
                    } else if (outcome instanceof Outcome.Failed failed) {
                      log(execution.task(), failed);
                    }
                  } else if (mayPass(failure)) {
                    again(execution, outcome, endedAt, pause, failure);
                  } else {
                    executions.remove(execution);
                    LOG.error(
                        "The outcome of task {} could not be recorded; it will run again when its"
                            + " lease has run out",
                        execution.task().id(),
                        failure);
                  }
                });
  }

  private void again(
      Execution execution, Outcome outcome, Instant endedAt, Duration pause, Throwable failure) {
    boolean leased = execution.leaseUntilNanos() - time.nanoTime() > 0;
    if (!leased || execution.stop().filter(Execution.Stop.REVOKED::equals).isPresent()) {
      executions.remove(execution);
      dropped(execution, outcome);
      return;
    }
    LOG.warn(
        "The outcome of task {} is not recorded yet, trying again in {}: {}",
        execution.task().id(),
        pause,
        failure.getMessage());
    time.schedule(pause, () -> bring(execution, outcome, endedAt, longer(pause)));
  }

  /** Whether the same call may be taken later. */
  static boolean mayPass(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof StorageException || cause instanceof OutcomeUnknownException;
  }

  private static void log(Task task, Outcome.Failed failed) {
    TaskError error = failed.error();
    if (Rules.mayRetry(task, failed)) {
      LOG.info(
          "Attempt {} of task {} ({}) failed, and will be followed by another: {}",
          error.attempt(),
          task.id(),
          task.name(),
          error.message());
    } else {
      LOG.warn(
          "Task {} ({}) failed at attempt {}: {}",
          task.id(),
          task.name(),
          error.attempt(),
          error.stackTrace().orElse(error.message()));
    }
  }

  private static void dropped(Execution execution, Outcome outcome) {
    LOG.warn(
        "Dropped the late outcome {} of task {}: its claim {} is over",
        outcome.getClass().getSimpleName(),
        execution.task().id(),
        execution.token());
  }
}
