package dev.omniq.worker;

import dev.omniq.queue.QueueService;
import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of this worker's claims alive, in one batch, and its handlers honest: a handler
 * whose claim is over, or whose lease could not be renewed in time, is interrupted before somebody
 * else may run its task. Brings the handlers' notes along. While nothing runs, it beats only to
 * renew the worker's own presence.
 */
final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  /** A cancel that no wake-up carried is noticed within this time. */
  private static final Duration MOST_BETWEEN_RENEWALS = Duration.ofSeconds(10);

  private static final Duration MOST_BETWEEN_BEATS = Duration.ofMillis(500);

  /** A worker that holds nothing has no lease to renew; it only says that it is alive. */
  private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(20);

  private final QueueService queue;
  private final Executions executions;
  private final TimeSource time;
  private final String worker;
  private final Duration lease;
  private final Duration renewAfter;
  private final Duration beat;

  private TimeSource.Alarm alarm = () -> {};
  private long renewedAt;
  private boolean renewing;
  private boolean closed;
  private volatile boolean resting;

  LeaseKeeper(
      QueueService queue, Executions executions, TimeSource time, String worker, Duration lease) {
    this.queue = queue;
    this.executions = executions;
    this.time = time;
    this.worker = worker;
    this.lease = lease;
    renewAfter = min(lease.dividedBy(3), MOST_BETWEEN_RENEWALS);
    beat = min(lease.dividedBy(10), MOST_BETWEEN_BEATS);
  }

  synchronized void start() {
    renewedAt = time.nanoTime();
    alarm = time.schedule(beat, this::beat);
  }

  private void beat() {
    try {
      interruptWhatRunsOut();
      bringNotes();
      if (renewalIsDue()) {
        renew();
      }
    } catch (RuntimeException e) {
      LOG.warn("Leases were not renewed; trying again", e);
      renewalEnded();
    } finally {
      planNext();
    }
  }

  private synchronized void planNext() {
    resting = true; // said before the look, so that who adds one now sees one of both
    resting = executions.size() == 0;
    if (!closed) {
      alarm = time.schedule(resting ? untilSignOfLife() : beat, this::beat);
    }
  }

  private Duration untilSignOfLife() {
    Duration left = BETWEEN_SIGNS_OF_LIFE.minusNanos(time.nanoTime() - renewedAt);
    return left.compareTo(beat) > 0 ? left : beat;
  }

  /** To be called when a claim was added: there is something to look after. */
  void watch() {
    if (resting) {
      synchronized (this) {
        if (resting && !closed) {
          resting = false;
          alarm.cancel();
          alarm = time.schedule(beat, this::beat);
        }
      }
    }
  }

  private synchronized boolean renewalIsDue() {
    boolean due = !renewing && time.nanoTime() - renewedAt >= renewAfter.toNanos();
    renewing |= due;
    return due;
  }

  private synchronized void renewalEnded() {
    renewing = false;
  }

  private void renew() {
    List<Execution> all = executions.all();
    List<ClaimToken> tokens = all.stream().map(Execution::token).toList();
    long sent = time.nanoTime();
    var unused =
        queue
            .extend(new LeaseExtension(worker, tokens, lease))
            .whenComplete(
                (answers, failure) -> {
                  if (failure == null) {
                    renewed(all, answers, sent);
                  } else {
                    LOG.warn("Leases were not renewed; trying again: {}", failure.getMessage());
                  }
                  renewalEnded();
                });
  }

  private void renewed(List<Execution> all, List<Applied> answers, long sent) {
    synchronized (this) {
      renewedAt = sent;
    }
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).equals(Applied.APPLIED)) {
        all.get(i).leased(sent + lease.toNanos());
      } else if (!all.get(i).isReported()) {
        all.get(i).stop(Execution.Stop.REVOKED);
      }
    }
  }

  /**
   * The store may give a task away once its lease is over, so its handler must end before. The
   * outcome of one that has ended is not tried again from then on, should the store refuse it.
   */
  private void interruptWhatRunsOut() {
    long margin = beat.toNanos() * 2;
    for (Execution execution : executions.all()) {
      if (execution.leaseUntilNanos() - time.nanoTime() < margin && !execution.isStopped()) {
        if (!execution.isReported()) {
          LOG.warn(
              "Interrupting task {}: its lease could not be renewed in time",
              execution.task().id());
        }
        execution.stop(Execution.Stop.REVOKED);
      }
    }
  }

  private void bringNotes() {
    List<Annotation> annotations = new ArrayList<>();
    for (Execution execution : executions.all()) {
      execution
          .takeChangedNotes()
          .ifPresent(
              notes ->
                  annotations.add(new Annotation(execution.task().id(), execution.token(), notes)));
    }
    if (!annotations.isEmpty()) {
      var unused =
          queue
              .annotate(annotations)
              .whenComplete(
                  (answers, failure) -> {
                    if (failure != null) {
                      LOG.warn("Notes of running tasks were not stored: {}", failure.getMessage());
                    }
                  });
    }
  }

  /** Claims that the store says were taken away. */
  void revoked(List<ClaimToken> tokens) {
    for (ClaimToken token : tokens) {
      executions
          .find(token)
          .filter(execution -> !execution.isReported())
          .ifPresent(execution -> execution.stop(Execution.Stop.REVOKED));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    alarm.cancel();
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
