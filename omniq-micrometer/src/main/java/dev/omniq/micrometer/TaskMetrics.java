package dev.omniq.micrometer;

import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Counts and times what this program does with tasks, by queue and name:
 *
 * <ul>
 *   <li>{@code omniq.tasks.enqueued}, a counter: tasks stored, the next runs of series included;
 *   <li>{@code omniq.tasks.started}, a counter: executions begun;
 *   <li>{@code omniq.tasks.lateness}, a timer: from the time at which a task was due to its start;
 *   <li>{@code omniq.tasks.ended}, a counter, also by {@code outcome}: {@code success}, {@code
 *       failed}, {@code cancelled}, and what leaves a task waiting: {@code retrying}, {@code
 *       snoozed}, {@code released} by a worker that stops, {@code rescued} from one that was lost;
 *   <li>{@code omniq.tasks.execution}, a timer, also by {@code outcome}: from the start of an
 *       execution to its end. An execution that is lost with its worker is not timed, for nobody
 *       knows when it ended;
 *   <li>{@code omniq.tasks.changed}, a counter, also by {@code change}: tasks that somebody sent
 *       round once more, {@code retried}, or gave another due time, {@code rescheduled}.
 * </ul>
 *
 * <pre>{@code
 * Settings.ofUrl("file:omniq_data").listener(new TaskMetrics(registry)).build();
 * }</pre>
 *
 * <p>Durations are told from the times that the store wrote. As every listener, this one hears of
 * the program's own transitions only, and not of tasks that {@link dev.omniq.OmniQ#in} enqueues in
 * a transaction: the sum over all programs tells of the whole. Thread-safe, and quick once it has
 * met a queue and a name.
 */
public final class TaskMetrics implements TaskListener {
  /** How many pairs of a queue and a name are told apart if nothing else is said. */
  public static final int DEFAULT_MAX_PAIRS = 100;

  /** Stands for every queue and name beyond those that are told apart. */
  static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Tags tags;
  private final int maxPairs;
  private final Map<Pair, Meters> meters = new ConcurrentHashMap<>();

  /** Metrics of up to {@value #DEFAULT_MAX_PAIRS} pairs of a queue and a name. */
  public TaskMetrics(MeterRegistry registry) {
    this(registry, Tags.empty(), DEFAULT_MAX_PAIRS);
  }

  /**
   * Metrics with tags of the program's own, which keep two stores of a program apart.
   *
   * @param tags added to every meter
   * @param maxPairs how many pairs of a queue and a name are told apart; those that come later are
   *     counted together, with {@code other} for both. So names that never repeat fill no memory
   * @throws IllegalArgumentException if {@code maxPairs} is not positive
   */
  public TaskMetrics(MeterRegistry registry, Iterable<Tag> tags, int maxPairs) {
    if (maxPairs < 1) {
      throw new IllegalArgumentException("maxPairs must be positive, but is " + maxPairs);
    }
    this.registry = registry;
    this.tags = Tags.of(tags);
    this.maxPairs = maxPairs;
  }

  @Override
  public void onTransition(Transition transition) {
    Meters of = meters(transition.task());
    switch (transition.kind()) {
      case ENQUEUED -> of.enqueued.increment();
      case STARTED -> of.started(transition.task());
      case SUCCEEDED -> of.ended(Outcome.SUCCESS, transition);
      case FAILED -> of.ended(Outcome.FAILED, transition);
      case RETRYING -> of.ended(Outcome.RETRYING, transition);
      case CANCELLED -> of.ended(Outcome.CANCELLED, transition);
      case SNOOZED -> of.ended(Outcome.SNOOZED, transition);
      case RELEASED -> of.ended(Outcome.RELEASED, transition);
      case RESCUED -> of.ended(Outcome.RESCUED, transition);
      case RETRIED -> of.retried.increment();
      case RESCHEDULED -> of.rescheduled.increment();
    }
  }

  private Meters meters(Task task) {
    var pair = new Pair(task.queue(), task.name());
    Meters known = meters.get(pair);
    return known == null ? admit(pair) : known;
  }

  private synchronized Meters admit(Pair pair) {
    Pair counted = meters.size() < maxPairs ? pair : new Pair(OTHER, OTHER);
    return meters.computeIfAbsent(counted, Meters::new);
  }

  /** An execution that ended at a known time. */
  private static boolean isTimed(Outcome outcome, Task task) {
    return switch (outcome) {
      case SUCCESS, RETRYING, SNOOZED, RELEASED -> true;
      case FAILED -> !hasLastError(task, TaskError.Type.LOST);
      case CANCELLED -> hasLastError(task, TaskError.Type.CANCELLED); // while it ran
      case RESCUED -> false;
    };
  }

  /** The attempt matters: an error may be left from before the task was sent round again. */
  private static boolean hasLastError(Task task, TaskError.Type type) {
    return task.lastError()
        .filter(error -> error.type() == type && error.attempt() == task.attempt())
        .isPresent();
  }

  private Counter counter(String name, String description, Tags of) {
    return Counter.builder(name).description(description).tags(of).register(registry);
  }

  private static Duration between(Instant start, Instant end) {
    return start.isBefore(end) ? Duration.between(start, end) : Duration.ZERO;
  }

  private record Pair(String queue, String name) {}

  private enum Outcome {
    SUCCESS,
    FAILED,
    RETRYING,
    CANCELLED,
    SNOOZED,
    RELEASED,
    RESCUED;

    Tag tag() {
      return Tag.of("outcome", name().toLowerCase(Locale.ROOT));
    }
  }

  /** The meters of one pair. Counters are there from the start, so that the first failure shows. */
  private final class Meters {
    private final Tags of;
    private final Counter enqueued;
    private final Counter started;
    private final Timer lateness;
    private final Counter retried;
    private final Counter rescheduled;
    private final Map<Outcome, Counter> ended = new ConcurrentHashMap<>();
    private final Map<Outcome, Timer> executions = new ConcurrentHashMap<>();

    Meters(Pair pair) {
      of = tags.and("queue", pair.queue(), "name", pair.name());
      enqueued = counter("omniq.tasks.enqueued", "Tasks that were stored", of);
      started = counter("omniq.tasks.started", "Executions that began", of);
      lateness =
          Timer.builder("omniq.tasks.lateness")
              .description("How long after its due time a task was started")
              .tags(of)
              .register(registry);
      retried = changed("retried");
      rescheduled = changed("rescheduled");
      Stream.of(Outcome.values()).forEach(this::counted);
    }

    private Counter changed(String change) {
      return counter(
          "omniq.tasks.changed",
          "Tasks that somebody sent round once more, or gave another due time",
          of.and("change", change));
    }

    void started(Task task) {
      started.increment();
      task.state().startedAt().ifPresent(at -> lateness.record(between(task.dueAt(), at)));
    }

    void ended(Outcome outcome, Transition transition) {
      counted(outcome).increment();
      Task task = transition.task();
      if (isTimed(outcome, task)) {
        Instant end = task.state().finishedAt().orElse(transition.at());
        task.state().startedAt().ifPresent(at -> execution(outcome).record(between(at, end)));
      }
    }

    private Counter counted(Outcome outcome) {
      return ended.computeIfAbsent(
          outcome,
          each ->
              counter(
                  "omniq.tasks.ended",
                  "Executions that ended, and tasks that were cancelled before one",
                  of.and(each.tag())));
    }

    private Timer execution(Outcome outcome) {
      return executions.computeIfAbsent(
          outcome,
          each ->
              Timer.builder("omniq.tasks.execution")
                  .description("How long an execution took, from its start to its end")
                  .tags(of.and(each.tag()))
                  .register(registry));
    }
  }
}
