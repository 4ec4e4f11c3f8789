package dev.omniq.dashboard;

import dev.omniq.HealthCheck;
import dev.omniq.OmniQ;
import dev.omniq.dashboard.Point.Spread;
import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the queue every other second, on one thread however many people look, and keeps the last
 * half hour. What is measured of single tasks comes from a sample, so that a busy queue costs no
 * more than an idle one. Thread-safe.
 */
final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
  static final Duration EVERY = Duration.ofSeconds(2);
  private static final int KEPT = 900;
  private static final int PAGE = 1_000;
  private static final int MOST_QUEUES = 8;
  private static final int MEASURED = 20;
  private static final int TOLD = 200;
  private static final Duration CHECK_EVERY = Duration.ofSeconds(15);

  private final OmniQ omniq;
  private final LiveEvents events;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          action -> {
            var made = new Thread(action, "omniq-dashboard");
            made.setDaemon(true);
            return made;
          });

  private final Deque<Point> points = new ArrayDeque<>();
  private HealthCheck.@Nullable Report health;
  private Optional<String> trouble = Optional.empty();

  // Of the thread alone.
  private long position = -1;
  private @Nullable Instant before;

  Sampler(OmniQ omniq, LiveEvents events) {
    this.omniq = omniq;
    this.events = events;
  }

  void start() {
    repeat(this::look, EVERY);
    repeat(this::check, CHECK_EVERY);
  }

  /** What is repeated tells its failures itself, so nobody asks the future. */
  private void repeat(Runnable what, Duration every) {
    var unused = thread.scheduleWithFixedDelay(what, 0, every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The last half hour, the oldest first. */
  synchronized List<Point> points() {
    return List.copyOf(points);
  }

  /** The last health check; empty before the first one has ended. */
  synchronized Optional<HealthCheck.Report> health() {
    return Optional.ofNullable(health);
  }

  /** Why the last look failed; empty if it did not. */
  synchronized Optional<String> trouble() {
    return trouble;
  }

  private void look() {
    try {
      List<Change> changes = new ArrayList<>();
      double factor = readChanges(changes);
      Point point = point(omniq.stats(), changes, factor);
      synchronized (this) {
        points.addLast(point);
        if (points.size() > KEPT) {
          points.removeFirst();
        }
        trouble = Optional.empty();
      }
      before = point.at();
      events.publish("sample", point);
      if (!changes.isEmpty()) {
        events.publish("changes", Told.of(changes));
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** What pages hear of changes: enough to know whether to look again. */
  record Told(List<One> changes, boolean more) {
    record One(String id, String name, TaskStatus status, Instant at) {}

    static Told of(List<Change> changes) {
      return new Told(
          changes.subList(Math.max(0, changes.size() - TOLD), changes.size()).stream()
              .map(each -> new One(each.id().toString(), each.name(), each.status(), each.at()))
              .toList(),
          changes.size() > TOLD);
    }
  }

  private void failed(RuntimeException e) {
    boolean first;
    synchronized (this) {
      first = trouble.isEmpty();
      trouble = Optional.of(String.valueOf(e.getMessage()));
    }
    if (first) {
      LOG.warn("The dashboard cannot look at the store; it goes on trying", e);
    }
    events.publish("trouble", Map.of("detail", String.valueOf(e.getMessage())));
  }

  private void check() {
    try {
      HealthCheck.Report report = HealthCheck.of(omniq).run();
      synchronized (this) {
        health = report;
      }
      events.publish("health", report);
    } catch (RuntimeException e) {
      LOG.debug("The health check failed", e); // look() tells it
    }
  }

  /**
   * Collects the transitions since the last look: by how much their number is to be multiplied,
   * since of many a store keeps the last few thousand only.
   */
  private double readChanges(List<Change> into) {
    long from = position;
    Changes page = omniq.changes(Math.max(0, position), PAGE);
    while (!page.changes().isEmpty()) {
      into.addAll(page.changes());
      page = omniq.changes(page.last(), PAGE);
    }
    position = page.last();
    if (from < 0) { // what happened before we looked
      into.clear();
      return 0;
    }
    return into.isEmpty() ? 0 : Math.max(1, (double) (position - from) / into.size());
  }

  private Point point(QueueStats stats, List<Change> changes, double factor) {
    Map<TaskStatus, Long> tasks = new EnumMap<>(TaskStatus.class);
    Map<TaskStatus, Double> perSecond = new EnumMap<>(TaskStatus.class);
    double seconds =
        before == null ? 1 : Math.max(0.001, Duration.between(before, stats.at()).toNanos() / 1e9);
    for (TaskStatus status : TaskStatus.values()) {
      tasks.put(status, stats.count(status));
      long count = changes.stream().filter(change -> change.status() == status).count();
      perSecond.put(status, count * factor / seconds);
    }
    List<Double> lateness = new ArrayList<>();
    List<Double> duration = new ArrayList<>();
    for (Task task : measured(changes)) {
      task.state()
          .startedAt()
          .ifPresent(
              start -> {
                lateness.add(millis(task.dueAt(), start));
                task.state().finishedAt().ifPresent(end -> duration.add(millis(start, end)));
              });
    }
    return new Point(
        stats.at(),
        tasks,
        waiting(stats),
        omniq.workers().size(),
        perSecond,
        Spread.of(lateness),
        Spread.of(duration));
  }

  private List<Task> measured(List<Change> changes) {
    List<Change> ended =
        changes.stream()
            .filter(
                each -> each.status() == TaskStatus.SUCCESS || each.status() == TaskStatus.FAILED)
            .toList();
    int step = Math.max(1, ended.size() / MEASURED);
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < ended.size() && tasks.size() < MEASURED; i += step) {
      omniq.task(ended.get(i).id()).ifPresent(tasks::add);
    }
    return tasks;
  }

  private static Map<String, Long> waiting(QueueStats stats) {
    Map<String, Long> largest = new LinkedHashMap<>();
    stats.queues().entrySet().stream()
        .map(
            each ->
                Map.entry(
                    each.getKey(), each.getValue().byStatus().getOrDefault(TaskStatus.PENDING, 0L)))
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_QUEUES)
        .forEach(each -> largest.put(each.getKey(), each.getValue()));
    return largest;
  }

  private static double millis(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toNanos() / 1e6);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    events.close();
  }
}
