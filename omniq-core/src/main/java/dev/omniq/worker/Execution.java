package dev.omniq.worker;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Notes;
import dev.omniq.task.Outcome;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a task: what its handler tells, and what it is told. Whoever ends it from
 * outside (timeout, cancel, lost lease, shutdown) names the reason first and interrupts second, so
 * that the runner knows what an interrupt meant. Thread-safe.
 */
public final class Execution {

  /** Why an execution was ended from outside. */
  enum Stop {
    /** It took longer than its timeout. */
    TIMEOUT,
    /** The claim is over: the task was cancelled, or its lease ran out. */
    REVOKED,
    /** The worker stops. */
    SHUTDOWN
  }

  private final Claimed claimed;

  private @Nullable Thread thread;
  private @Nullable Runnable canceller;
  private @Nullable Stop stop;
  private @Nullable Duration snooze;
  private boolean endsSeries;
  private Notes notes = Notes.NONE;
  private boolean notesChanged;
  private boolean reported;
  private boolean ended;
  private @Nullable Transition completion;
  private boolean completed;
  private long leaseUntilNanos;

  Execution(Claimed claimed, long leaseUntilNanos) {
    this.claimed = claimed;
    this.leaseUntilNanos = leaseUntilNanos;
  }

  /** The task as it was claimed. */
  public Task task() {
    return claimed.task();
  }

  Claimed claimed() {
    return claimed;
  }

  ClaimToken token() {
    return claimed.token();
  }

  /** Whether it was ended from outside; its result, should one still come, is of no use. */
  public synchronized boolean isStopped() {
    return stop != null;
  }

  synchronized Optional<Stop> stop() {
    return Optional.ofNullable(stop);
  }

  /** Asks for another run after a delay, instead of the end, once the handler returns. */
  public synchronized void snooze(Duration delay) {
    snooze = delay;
  }

  synchronized Optional<Outcome> snoozed() {
    return Optional.ofNullable(snooze).map(Outcome.Snoozed::new);
  }

  /**
   * Lets no next run follow a success.
   *
   * @throws IllegalStateException if the task was completed in a transaction, which has decided it
   */
  public synchronized void endSeries() {
    if (completed) {
      throw new IllegalStateException(
          "task " + task().id() + " was completed already; end its series before");
    }
    endsSeries = true;
  }

  /** Whether its success ends the series. */
  public synchronized boolean endsSeries() {
    return endsSeries;
  }

  /** Tells how far the handler is, or a line of its log. */
  public synchronized void note(Notes.Progress progress) {
    notes = notes.with(progress);
    notesChanged = true;
  }

  /** Adds a line to the task's log. */
  public synchronized void note(Notes.LogLine line) {
    notes = notes.with(line);
    notesChanged = true;
  }

  synchronized Notes notes() {
    return notes;
  }

  /** The notes, if they changed since they were last taken. */
  synchronized Optional<Notes> takeChangedNotes() {
    boolean changed = notesChanged;
    notesChanged = false;
    return changed ? Optional.of(notes) : Optional.empty();
  }

  synchronized void enter(Thread handlerThread) {
    thread = handlerThread;
    if (stop != null) {
      handlerThread.interrupt();
    }
  }

  /** After this no interrupt of this execution reaches the thread any more. */
  synchronized void leave() {
    thread = null;
    Thread.interrupted();
  }

  /**
   * The handler has returned and goes on without its thread.
   *
   * @param cancel ends it; it may run the program's own code, and must not do so on the thread that
   *     calls it, which may be the store's
   */
  void continuesAs(Runnable cancel) {
    boolean stopped;
    synchronized (this) {
      canceller = cancel;
      stopped = stop != null;
    }
    if (stopped) {
      cancel.run();
    }
  }

  /** Ends it from outside; the first reason stays. */
  void stop(Stop reason) {
    Runnable cancel;
    synchronized (this) {
      if (stop != null && !(reason == Stop.REVOKED && stop == Stop.SHUTDOWN)) {
        return;
      }
      stop = reason;
      if (thread != null) {
        thread.interrupt();
      }
      cancel = canceller;
    }
    if (cancel != null) {
      cancel.run();
    }
  }

  /**
   * Completes the task in a transaction of the handler's, once. That it may be completed is known
   * here before the transaction hears of it, so whoever ends the execution meanwhile will ask. A
   * database that fails may have recorded it all the same, so that is asked for too, and the
   * handler may try again.
   *
   * @param plan what the transaction is to make of the task
   * @param record brings it to the transaction
   * @throws IllegalStateException if it was completed before, or put off
   */
  public void completeIn(
      BiFunction<Claimed, Notes, Transition> plan, BiConsumer<Claimed, Transition> record) {
    Transition planned;
    synchronized (this) {
      if (completed) {
        throw new IllegalStateException("task " + task().id() + " was completed already");
      }
      if (snooze != null) {
        throw new IllegalStateException("task " + task().id() + " was put off by snooze");
      }
      planned = plan.apply(claimed, notes);
      completion = planned;
      completed = true;
    }
    try {
      record.accept(claimed, planned);
    } catch (StorageException e) {
      notCompleted(planned);
      throw e;
    } catch (RuntimeException e) {
      notCompleted(null);
      throw e;
    }
  }

  private synchronized void notCompleted(@Nullable Transition possible) {
    completed = false;
    completion = possible;
  }

  /** What a transaction of the handler's makes of the task, if it has committed. */
  synchronized Optional<Transition> completion() {
    return Optional.ofNullable(completion);
  }

  /** The right to report the outcome; given once. */
  synchronized boolean claimReport() {
    boolean first = !reported;
    reported = true;
    return first;
  }

  /** The right to free its slot; given once. */
  synchronized boolean claimEnd() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  synchronized boolean isReported() {
    return reported;
  }

  synchronized void leased(long untilNanos) {
    leaseUntilNanos = untilNanos;
  }

  synchronized long leaseUntilNanos() {
    return leaseUntilNanos;
  }
}
