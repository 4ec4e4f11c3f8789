package dev.omniq.testkit;

import dev.omniq.WorkerBuilder;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A worker without threads: it runs due tasks on the calling thread, when it is told to. With a
 * {@link ManualClock} a test of a week of schedules takes milliseconds and never sleeps.
 *
 * <pre>{@code
 * ManualClock clock = ManualClock.startingAt(noon);
 * OmniQ omniq = OmniQ.open(Settings.ofUrl("memory:").timeSource(clock).build());
 * InlineWorker worker = InlineWorker.of(omniq.worker().tasks(Reports.class), clock);
 * omniq.enqueue(task(Reports::generate, "daily").interval(Duration.ofHours(1)));
 * assertEquals(24, worker.advance(Duration.ofDays(1)));
 * }</pre>
 */
public final class InlineWorker {
  private final Worker worker;
  private final ManualClock clock;

  private InlineWorker(Worker worker, ManualClock clock) {
    this.worker = worker;
    this.clock = clock;
  }

  /** A worker as configured, whose {@code executor} is replaced by the calling thread. */
  public static InlineWorker of(WorkerBuilder builder, ManualClock clock) {
    return new InlineWorker(builder.executor(Runnable::run).build(), clock);
  }

  /** Runs everything that is due now, and what becomes due at once by it: how many executions. */
  public int runDue() {
    return worker.runDue();
  }

  /**
   * Moves the clock ahead, stopping at each due time on the way to run what is due: how many
   * executions there were.
   */
  public int advance(Duration duration) {
    Instant end = clock.now().plus(duration);
    int total = runDue();
    for (Optional<Instant> due = dueUntil(end); due.isPresent(); due = dueUntil(end)) {
      clock.advance(Duration.between(clock.now(), due.get()));
      total += runDue();
    }
    if (clock.now().isBefore(end)) { // a handler may have moved the clock further
      clock.advance(Duration.between(clock.now(), end));
    }
    return total + runDue();
  }

  private Optional<Instant> dueUntil(Instant end) {
    return worker
        .nextDue()
        .filter(due -> !due.isAfter(end))
        .filter(due -> due.isAfter(clock.now()));
  }
}
