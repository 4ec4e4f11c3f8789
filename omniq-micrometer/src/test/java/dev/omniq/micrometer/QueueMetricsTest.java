package dev.omniq.micrometer;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.OmniTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import dev.omniq.worker.Worker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store holds, as gauges; its counting may fail or hang. */
public class QueueMetricsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final String DEPTH = "omniq.tasks.depth";
  private static final String AGE = "omniq.tasks.oldest.due.age";
  private static final String SEEN = "omniq.workers.seen";

  private static CountDownLatch begun;
  private static CountDownLatch end;

  private final ManualClock clock = ManualClock.startingAt(NOON);
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger asked = new AtomicInteger();
  private UnaryOperator<CompletableFuture<StoreStats>> counting = UnaryOperator.identity();

  private final OmniQ omniq =
      OmniQ.on(
          watched(new MemoryStore(clock)), Settings.ofUrl("memory:").timeSource(clock).build());

  /** A store in memory whose counting is watched, and goes wrong when a test wants it to. */
  private TaskStore watched(MemoryStore store) {
    return (TaskStore)
        Proxy.newProxyInstance(
            TaskStore.class.getClassLoader(),
            new Class<?>[] {TaskStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("stats")) {
                asked.incrementAndGet();
                return counting.apply(store.stats());
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @OmniTask
  public static void nothing() {}

  @OmniTask
  public static void waitForTheEnd() throws InterruptedException {
    begun.countDown();
    end.await();
  }

  @BeforeEach
  void reset() {
    begun = new CountDownLatch(1);
    end = new CountDownLatch(1);
  }

  @AfterEach
  void close() {
    end.countDown();
    omniq.close();
  }

  private void bind() {
    new QueueMetrics(omniq).bindTo(registry);
  }

  private TaskId enqueueTo(String queue) {
    return omniq.enqueue(task(QueueMetricsTest::nothing).queue(queue));
  }

  private double value(String gauge, String... tags) {
    return registry.get(gauge).tags(tags).gauge().value();
  }

  private double pending(String queue) {
    return value(DEPTH, "queue", queue, "status", "pending");
  }

  /** Somebody looks again when what is known is old. */
  private void lookLater() {
    clock.advance(QueueMetrics.DEFAULT_MAX_AGE);
    value(SEEN);
  }

  @Test
  void depth_isToldByQueueAndStatus() {
    enqueueTo("mail");
    enqueueTo("mail");
    enqueueTo("reports");
    InlineWorker.of(omniq.worker().queues("reports").tasks(QueueMetricsTest.class), clock).runDue();
    bind();

    assertThat(pending("mail")).isEqualTo(2);
    assertThat(pending("reports")).isZero();
    assertThat(value(DEPTH, "queue", "reports", "status", "success")).isEqualTo(1);
    assertThat(registry.find(DEPTH).gauges()).hasSize(10);
  }

  @Test
  void oldestDueAge_growsWhileADueTaskWaits_andIsZeroIfNoneIsDue() {
    enqueueTo("mail");
    omniq.enqueue(task(QueueMetricsTest::nothing).queue("later").delay(Duration.ofHours(1)));
    clock.advance(Duration.ofMillis(1_500));
    bind();

    assertThat(value(AGE, "queue", "mail")).isEqualTo(1.5);
    assertThat(value(AGE, "queue", "later")).isZero();

    clock.advance(Duration.ofMinutes(1));
    assertThat(value(AGE, "queue", "mail")).isEqualTo(61.5);
    assertThat(registry.get(AGE).tags("queue", "mail").gauge().getId().getBaseUnit())
        .isEqualTo("seconds");
  }

  @Test
  void queues_comeAndGo() {
    bind();
    assertThat(registry.find(DEPTH).gauges()).isEmpty();

    TaskId id = enqueueTo("mail");
    lookLater();
    assertThat(pending("mail")).isEqualTo(1);

    omniq.delete(id);
    enqueueTo("reports");
    lookLater();
    assertThat(registry.find(DEPTH).gauges())
        .hasSize(5)
        .allSatisfy(gauge -> assertThat(gauge.getId().getTag("queue")).isEqualTo("reports"));
    assertThat(registry.find(AGE).gauges()).hasSize(1);
  }

  @Test
  void queuesBeyondTheLimit_areShownTogether_andOnesThatAreToldApartStaySo() {
    enqueueTo("m");
    enqueueTo("n");
    new QueueMetrics(omniq, Tags.of("store", "main"), Duration.ZERO, 2).bindTo(registry);
    enqueueTo("a");
    clock.advance(Duration.ofSeconds(2));
    enqueueTo("b");
    value(SEEN);

    assertThat(registry.find(DEPTH).tags("store", "main", "status", "pending").gauges())
        .extracting(gauge -> gauge.getId().getTag("queue"))
        .containsExactlyInAnyOrder("m", "n", "other");
    assertThat(pending("other")).isEqualTo(2);
    assertThat(value(AGE, "queue", "other")).isEqualTo(2);
  }

  @Test
  void everyReading_asksTheStoreNoMoreOftenThanEveryFewSeconds() {
    enqueueTo("mail");
    bind();
    registry.getMeters().forEach(meter -> ((Gauge) meter).value());
    clock.advance(Duration.ofSeconds(4));
    registry.getMeters().forEach(meter -> ((Gauge) meter).value());
    assertThat(asked).hasValue(1);

    clock.advance(Duration.ofSeconds(1));
    registry.getMeters().forEach(meter -> ((Gauge) meter).value());
    assertThat(asked).hasValue(2);
  }

  @Test
  void storeThatFails_isShownAsNaN_untilItAnswersAgain() {
    enqueueTo("mail");
    bind();

    counting = answer -> CompletableFuture.failedFuture(new StorageException("the disk is full"));
    lookLater();
    assertThat(pending("mail")).isNaN();
    assertThat(value(SEEN)).isNaN();
    assertThat(asked).as("not asked again at once").hasValue(2);

    counting = UnaryOperator.identity();
    lookLater();
    assertThat(pending("mail")).isEqualTo(1);
  }

  @Test
  void storeThatRefusesAtOnce_isShownAsNaN() {
    bind();
    counting =
        answer -> {
          throw new StorageException("no such table");
        };
    lookLater();

    assertThat(value(SEEN)).isNaN();
  }

  @Test
  void closedQueue_isShownAsNaN() {
    enqueueTo("mail");
    bind();
    omniq.close();
    lookLater();

    assertThat(pending("mail")).isNaN();
  }

  @Test
  void storeThatHangs_holdsUpOneReadingForAMoment_showsWhatWasKnown_andThenNaN() {
    enqueueTo("mail");
    bind();
    var answer = new CompletableFuture<StoreStats>();
    counting = known -> answer;
    enqueueTo("mail");

    lookLater();
    long start = System.nanoTime();
    assertThat(pending("mail")).isEqualTo(1);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));

    clock.advance(Duration.ofSeconds(61));
    assertThat(pending("mail")).isNaN();
    assertThat(asked).as("not asked while it hangs").hasValue(2);

    counting = UnaryOperator.identity();
    answer.completeExceptionally(new StorageException("gave up"));
    assertThat(pending("mail")).isEqualTo(2);
  }

  @Test
  void answerThatComesLate_isShownWhenItComes() {
    bind();
    var late = new CompletableFuture<StoreStats>();
    counting = answer -> late.thenCombine(answer, (nothing, counted) -> counted);
    enqueueTo("mail");
    lookLater();
    assertThat(registry.find(DEPTH).gauges()).isEmpty();

    late.complete(null);
    value(SEEN);
    assertThat(pending("mail")).isEqualTo(1);
  }

  @Test
  void whatWasKnownLongAgo_isNotShownWhileTheStoreHangs() {
    bind();
    counting = answer -> new CompletableFuture<>();
    clock.advance(Duration.ofHours(1));

    assertThat(value(SEEN)).isNaN();
  }

  @Test
  void interruptedReader_keepsItsFlag() {
    bind();
    counting = answer -> new CompletableFuture<>();
    Thread.currentThread().interrupt();
    lookLater();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void twoRegistries_bothSeeTheQueues() {
    var other = new SimpleMeterRegistry();
    var metrics = new QueueMetrics(omniq);
    metrics.bindTo(registry);
    metrics.bindTo(other);
    enqueueTo("mail");
    lookLater();

    assertThat(registry.find(DEPTH).gauges()).hasSize(5);
    assertThat(other.find(DEPTH).gauges()).hasSize(5);
  }

  @Test
  void prometheus_seesNewQueuesWhileItScrapes() {
    var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new QueueMetrics(omniq).bindTo(prometheus);
    enqueueTo("mail");
    clock.advance(QueueMetrics.DEFAULT_MAX_AGE);
    prometheus.scrape();

    assertThat(prometheus.scrape())
        .contains(
            "omniq_tasks_depth{queue=\"mail\",status=\"pending\"} 1.0",
            "omniq_tasks_oldest_due_age_seconds{queue=\"mail\"} 5.0",
            "omniq_workers_seen 0.0",
            "omniq_workers_leases 0.0");
  }

  @Test
  void workerWithThreads_isSeen_andSoAreItsLeases() throws Exception {
    bind();
    omniq.enqueue(task(QueueMetricsTest::waitForTheEnd));
    try (Worker worker = omniq.worker().tasks(QueueMetricsTest.class).start()) {
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      lookLater();

      assertThat(value(SEEN)).isEqualTo(1);
      assertThat(value("omniq.workers.leases")).isEqualTo(1);
      assertThat(value(DEPTH, "status", "running")).isEqualTo(1);
      end.countDown();
    }
  }

  @Test
  void badLimits_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueMetrics(omniq, Tags.empty(), Duration.ZERO, 0))
        .withMessage("maxQueues must be positive, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueMetrics(omniq, Tags.empty(), Duration.ofSeconds(-1), 1))
        .withMessage("maxAge must not be negative, but is PT-1S");
  }
}
