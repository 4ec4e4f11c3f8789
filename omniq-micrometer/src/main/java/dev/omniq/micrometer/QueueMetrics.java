package dev.omniq.micrometer;

import dev.omniq.OmniQ;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.QueueStats;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/**
 * Gauges of what the store holds, whichever program put it there:
 *
 * <ul>
 *   <li>{@code omniq.tasks.depth}, by {@code queue} and {@code status}: tasks;
 *   <li>{@code omniq.tasks.oldest.due.age}, by {@code queue}, in seconds: how long the task that
 *       has been due the longest has waited; 0 if none is due;
 *   <li>{@code omniq.workers.seen}: workers that were seen lately;
 *   <li>{@code omniq.workers.leases}: tasks that they hold and run.
 * </ul>
 *
 * <pre>{@code
 * new QueueMetrics(omniq).bindTo(registry);
 * }</pre>
 *
 * <p>Each program that shares a store and binds this tells the same, so take the maximum over
 * programs, not the sum; one program that binds it is enough. A queue is there as long as it holds
 * a task. The store is asked when a gauge is read, though not again within {@code maxAge}, and a
 * reader waits for it for no more than a second. After that, gauges show what was known before, and
 * {@code NaN} when the store has failed to answer, or has not answered for a minute. Thread-safe.
 */
public final class QueueMetrics implements MeterBinder {
  /** For how long an answer of the store is shown if nothing else is said. */
  public static final Duration DEFAULT_MAX_AGE = Duration.ofSeconds(5);

  /** How many queues are told apart if nothing else is said. */
  public static final int DEFAULT_MAX_QUEUES = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final OmniQ omniq;
  private final Tags tags;
  private final Duration maxAge;
  private final int maxQueues;
  private final TimeSource time;
  private final List<Rows> bound = new CopyOnWriteArrayList<>();

  private volatile Optional<Snapshot> latest = Optional.empty();

  /** Held by the one reader that asks; others show what is known, so nobody waits for a lock. */
  private final AtomicBoolean asking = new AtomicBoolean();

  // Used by who holds `asking`, and the queues by its one call that is under way.
  private final Set<String> apart = new TreeSet<>();
  private CompletableFuture<?> call = CompletableFuture.completedFuture(null);
  private Optional<Long> calledAt = Optional.empty();

  /** Gauges of up to {@value #DEFAULT_MAX_QUEUES} queues, no older than five seconds. */
  public QueueMetrics(OmniQ omniq) {
    this(omniq, Tags.empty(), DEFAULT_MAX_AGE, DEFAULT_MAX_QUEUES);
  }

  /**
   * Gauges with tags of the program's own, which keep two stores of a program apart.
   *
   * @param tags added to every meter
   * @param maxAge the store is asked no more often than this
   * @param maxQueues how many queues are told apart; the tasks of the others are shown together, as
   *     those of a queue {@code other}
   * @throws IllegalArgumentException if {@code maxAge} is negative or {@code maxQueues} not
   *     positive
   */
  public QueueMetrics(OmniQ omniq, Iterable<Tag> tags, Duration maxAge, int maxQueues) {
    if (maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge must not be negative, but is " + maxAge);
    }
    if (maxQueues < 1) {
      throw new IllegalArgumentException("maxQueues must be positive, but is " + maxQueues);
    }
    this.omniq = omniq;
    this.tags = Tags.of(tags);
    this.maxAge = maxAge;
    this.maxQueues = maxQueues;
    time = omniq.settings().timeSource();
  }

  /** Adds the gauges to a registry and asks the store, so that its queues are there at once. */
  @Override
  public void bindTo(MeterRegistry registry) {
    gauge("omniq.workers.seen", "Workers that were seen lately", Snapshot::workers, registry);
    gauge("omniq.workers.leases", "Tasks that workers hold and run", Snapshot::leases, registry);
    bound.add(new Rows(registry));
    var unused = look();
  }

  private void gauge(
      String name, String description, ToDoubleFunction<Snapshot> value, MeterRegistry registry) {
    Gauge.builder(name, () -> value(value)).description(description).tags(tags).register(registry);
  }

  private double value(ToDoubleFunction<Snapshot> value) {
    Optional<Snapshot> snapshot = look();
    return snapshot.isPresent() ? value.applyAsDouble(snapshot.get()) : Double.NaN;
  }

  /** What is known, which is brought up to date before if it is time for that. */
  private Optional<Snapshot> look() {
    if (asking.compareAndSet(false, true)) {
      try {
        ask();
        latest.ifPresent(snapshot -> bound.forEach(rows -> rows.show(snapshot.queues().keySet())));
      } finally {
        asking.set(false);
      }
    }
    return latest;
  }

  private void ask() {
    long now = time.nanoTime();
    Optional<Duration> since = calledAt.map(at -> Duration.ofNanos(now - at));
    if (call.isDone() && since.filter(age -> age.compareTo(maxAge) < 0).isPresent()) {
      return;
    }
    if (since.filter(age -> age.compareTo(SILENCE) > 0).isPresent()) {
      forget();
    }
    if (call.isDone()) {
      calledAt = Optional.of(now);
      call = called();
      await(call);
    }
  }

  private void forget() {
    latest = Optional.empty();
  }

  /** Completes, never with a failure, when the answer is known. */
  private CompletableFuture<?> called() {
    try {
      return omniq
          .async()
          .stats()
          .thenCombine(omniq.async().workers(), this::snapshot)
          .handle((snapshot, failure) -> latest = Optional.ofNullable(snapshot));
    } catch (RuntimeException e) {
      forget();
      return CompletableFuture.completedFuture(null);
    }
  }

  /** A queue that is told apart stays so for as long as it holds tasks. */
  private Snapshot snapshot(QueueStats stats, List<WorkerInfo> workers) {
    apart.retainAll(stats.queues().keySet());
    stats.queues().keySet().stream()
        .filter(queue -> !apart.contains(queue))
        .sorted()
        .limit(maxQueues - apart.size())
        .toList()
        .forEach(apart::add);
    return Snapshot.of(stats, workers, apart);
  }

  private static void await(CompletableFuture<?> answer) {
    try {
      answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      // It is shown when it comes.
    }
  }

  /** The gauges of queues in one registry, which come and go with the queues. */
  private final class Rows {
    private final MultiGauge depth;
    private final MultiGauge age;
    private Set<String> shown = Set.of();

    Rows(MeterRegistry registry) {
      depth =
          MultiGauge.builder("omniq.tasks.depth")
              .description("Tasks in the store")
              .tags(tags)
              .register(registry);
      age =
          MultiGauge.builder("omniq.tasks.oldest.due.age")
              .description("How long the task that has been due the longest has waited")
              .baseUnit("seconds")
              .tags(tags)
              .register(registry);
    }

    void show(Set<String> queues) {
      if (queues.equals(shown)) {
        return;
      }
      shown = queues;
      List<MultiGauge.Row<?>> depths = new ArrayList<>();
      List<MultiGauge.Row<?>> ages = new ArrayList<>();
      for (String queue : queues) {
        Tags of = Tags.of("queue", queue);
        for (TaskStatus status : TaskStatus.values()) {
          depths.add(
              row(
                  of.and("status", status.name().toLowerCase(Locale.ROOT)),
                  snapshot -> snapshot.depth(queue, status)));
        }
        ages.add(row(of, snapshot -> snapshot.oldestDueAge(queue)));
      }
      depth.register(depths);
      age.register(ages);
    }

    private MultiGauge.Row<?> row(Tags of, ToDoubleFunction<Snapshot> value) {
      return MultiGauge.Row.of(of, QueueMetrics.this, metrics -> metrics.value(value));
    }
  }
}
