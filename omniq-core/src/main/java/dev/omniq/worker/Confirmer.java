package dev.omniq.worker;

import dev.omniq.queue.QueueService;
import dev.omniq.storage.Transactional.Confirmation;
import dev.omniq.storage.Transition;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of tasks that their handlers have completed in transactions of their own.
 * Nobody tells when such a transaction ends, so it is asked for, with growing pauses while it is
 * open. A claim that was taken away is no reason not to ask: the transaction may have been faster.
 */
final class Confirmer {
  private static final Logger LOG = LoggerFactory.getLogger(Confirmer.class);

  private final QueueService queue;
  private final Executions executions;
  private final TimeSource time;

  Confirmer(QueueService queue, Executions executions, TimeSource time) {
    this.queue = queue;
    this.executions = executions;
    this.time = time;
  }

  /**
   * Asks until there is an answer, or the lease is over.
   *
   * @param completion what the transaction makes of the task if it commits
   * @param open what follows if the task is not settled and its claim stands
   */
  void confirm(Execution execution, Transition completion, Runnable open, Duration pause) {
    var unused =
        queue
            .confirm(execution.claimed(), completion)
            .whenComplete(
                (confirmation, failure) -> {
                  if (confirmation == Confirmation.SETTLED) {
                    executions.remove(execution);
                  } else if (confirmation == Confirmation.OPEN) {
                    open.run();
                  } else {
                    again(execution, completion, open, pause, failure);
                  }
                });
  }

  private void again(
      Execution execution,
      Transition completion,
      Runnable open,
      Duration pause,
      @Nullable Throwable failure) {
    boolean leased = execution.leaseUntilNanos() - time.nanoTime() > 0;
    if (leased && (failure == null || Settler.mayPass(failure))) {
      time.schedule(pause, () -> confirm(execution, completion, open, Settler.longer(pause)));
      return;
    }
    executions.remove(execution);
    LOG.warn(
        "It is not known whether task {} was completed in its handler's transaction{}; if it was"
            + " not, it runs again when its lease has run out",
        execution.task().id(),
        failure == null ? ", which is still open" : "",
        failure);
  }
}
