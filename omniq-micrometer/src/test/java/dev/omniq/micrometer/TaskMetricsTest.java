package dev.omniq.micrometer;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.queue.Listeners;
import dev.omniq.queue.QueueService;
import dev.omniq.queue.Waiters;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.OmniTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskQuery;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import dev.omniq.worker.Worker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program does with tasks, counted and timed. */
public class TaskMetricsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String WORK = "TaskMetricsTest#work";

  private static ManualClock handlersClock;
  private static CountDownLatch begun;

  private final ManualClock clock = ManualClock.startingAt(NOON);
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final MemoryStore store = new MemoryStore(clock);
  private final OmniQ omniq = open(new TaskMetrics(registry));

  private OmniQ open(TaskListener... listeners) {
    Settings.Builder settings = Settings.ofUrl("memory:").timeSource(clock);
    List.of(listeners).forEach(settings::listener);
    return OmniQ.on(store, settings.build());
  }

  /** Takes so long; fails if told so. */
  @OmniTask(name = WORK)
  public static void work(int seconds, boolean fails) {
    handlersClock.advance(Duration.ofSeconds(seconds));
    if (fails) {
      throw new IllegalStateException("as told");
    }
  }

  @OmniTask
  public static void putOff() {
    handlersClock.advance(Duration.ofSeconds(1));
    TaskContext.current().snooze(Duration.ofMinutes(1));
  }

  @OmniTask
  public static void waitForTheEnd() throws InterruptedException {
    begun.countDown();
    new CountDownLatch(1).await();
  }

  @BeforeEach
  void reset() {
    handlersClock = clock;
    begun = new CountDownLatch(1);
  }

  @AfterEach
  void close() {
    omniq.close();
  }

  private TaskRequest work(int seconds) {
    return task(TaskMetricsTest::work, seconds, false);
  }

  private InlineWorker worker() {
    return InlineWorker.of(omniq.worker().queues("default", "mail").tasks(getClass()), clock);
  }

  private double counted(String meter, String... tags) {
    Counter counter = registry.find(meter).tags(tags).counter();
    return counter == null ? -1 : counter.count();
  }

  private double ended(String outcome) {
    return counted("omniq.tasks.ended", "outcome", outcome);
  }

  private Timer timer(String meter, String... tags) {
    return registry.get(meter).tags(tags).timer();
  }

  private Timer execution(String outcome) {
    return timer("omniq.tasks.execution", "outcome", outcome);
  }

  @Test
  void success_isCounted_andTimedFromItsStartToItsEnd() {
    omniq.enqueue(work(2).queue("mail"));
    omniq.enqueue(work(4).queue("mail"));
    worker().runDue();

    String[] tags = {"queue", "mail", "name", WORK};
    assertThat(counted("omniq.tasks.enqueued", tags)).isEqualTo(2);
    assertThat(counted("omniq.tasks.started", tags)).isEqualTo(2);
    assertThat(counted("omniq.tasks.ended", "queue", "mail", "name", WORK, "outcome", "success"))
        .isEqualTo(2);
    assertThat(execution("success").totalTime(TimeUnit.SECONDS)).isGreaterThanOrEqualTo(6);
    assertThat(execution("success").max(TimeUnit.SECONDS)).isGreaterThanOrEqualTo(4);
    assertThat(execution("success").getId().getTags())
        .containsExactlyElementsOf(Tags.of("name", WORK, "outcome", "success", "queue", "mail"));
  }

  @Test
  void whatSomebodyAskedFor_isCounted() {
    TaskId id = omniq.enqueue(work(0).delay(Duration.ofHours(1)));
    assertThat(counted("omniq.tasks.changed", "change", "retried")).isZero();

    omniq.runNow(id);
    worker().runDue();
    omniq.retry(id);
    omniq.change(TaskChange.RUN_NOW, TaskQuery.all());

    assertThat(counted("omniq.tasks.changed", "change", "retried", "name", WORK)).isEqualTo(1);
    assertThat(counted("omniq.tasks.changed", "change", "rescheduled")).isEqualTo(2);
  }

  @Test
  void lateness_isTimeFromWhenATaskWasDueToItsStart() {
    omniq.enqueue(work(0).delay(Duration.ofSeconds(10)));
    clock.advance(Duration.ofSeconds(13));
    worker().runDue();

    assertThat(timer("omniq.tasks.lateness", "name", WORK).totalTime(TimeUnit.SECONDS))
        .isEqualTo(3);
  }

  @Test
  void latenessOfARetry_isToldFromTheEndOfItsBackoff() {
    omniq.enqueue(
        task(TaskMetricsTest::work, 1, true).retry(RetryPolicy.fixed(1, Duration.ofSeconds(5))));
    worker().advance(Duration.ofSeconds(10));

    assertThat(timer("omniq.tasks.lateness").totalTime(TimeUnit.SECONDS)).isZero();
    assertThat(timer("omniq.tasks.lateness").count()).isEqualTo(2);
    assertThat(ended("retrying")).isEqualTo(1);
    assertThat(ended("failed")).isEqualTo(1);
    assertThat(execution("retrying").totalTime(TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(execution("failed").totalTime(TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void nextRunOfASeries_isCountedAsEnqueued() {
    omniq.enqueue(work(0).interval(Duration.ofHours(1)).eta(NOON));
    worker().advance(Duration.ofHours(2));

    assertThat(counted("omniq.tasks.enqueued", "name", WORK)).isEqualTo(4);
    assertThat(counted("omniq.tasks.started", "name", WORK)).isEqualTo(3);
  }

  @Test
  void snooze_isCountedAndTimed() {
    omniq.enqueue(task(TaskMetricsTest::putOff));
    worker().runDue();

    assertThat(ended("snoozed")).isEqualTo(1);
    assertThat(execution("snoozed").totalTime(TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void cancelOfAWaitingTask_isCounted_andNoExecutionIsTimed() {
    omniq.cancel(omniq.enqueue(work(0)));

    assertThat(ended("cancelled")).isEqualTo(1);
    assertThat(registry.find("omniq.tasks.execution").timers()).isEmpty();
  }

  @Test
  void cancelOfARunningTask_isTimed() {
    TaskId id = omniq.enqueue(work(0));
    try (QueueService elsewhere = elsewhere()) {
      claimOne(elsewhere, "worker-1");
      clock.advance(Duration.ofSeconds(7));
      omniq.cancel(id);
    }

    assertThat(execution("cancelled").totalTime(TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void cancelOfATaskThatWasSentRoundAgain_doesNotTimeItsOldExecution() {
    TaskId id = omniq.enqueue(work(0));
    try (QueueService elsewhere = elsewhere()) {
      claimOne(elsewhere, "worker-1");
      omniq.cancel(id);
      omniq.retry(id);
      omniq.cancel(id);
    }

    assertThat(ended("cancelled")).isEqualTo(2);
    assertThat(execution("cancelled").count()).isEqualTo(1);
  }

  @Test
  void lossesWithTheirWorkers_areCountedAndNotTimed_alsoTheLast() {
    omniq.enqueue(work(0));
    try (QueueService elsewhere = elsewhere(new TaskMetrics(registry))) {
      for (int loss = 1; loss <= 3; loss++) {
        claimOne(elsewhere, "worker-" + loss);
        clock.advance(LEASE.plusSeconds(1));
        elsewhere.rescue(10).join();
        clock.advance(LEASE);
      }
    }

    assertThat(counted("omniq.tasks.started")).isEqualTo(3);
    assertThat(ended("rescued")).isEqualTo(2);
    assertThat(ended("failed")).isEqualTo(1);
    assertThat(registry.find("omniq.tasks.execution").timers()).isEmpty();
  }

  private QueueService elsewhere(TaskListener... listeners) {
    return new QueueService(store, 1 << 20, new Listeners(List.of(listeners)), new Waiters(clock));
  }

  private static void claimOne(QueueService queue, String worker) {
    var claims =
        queue
            .claim(
                new ClaimRequest(
                    new ClaimToken(worker, 1),
                    1,
                    List.of(new QueueLimit("default", 1)),
                    Set.of(WORK),
                    1,
                    LEASE))
            .join();
    assertThat(claims).hasSize(1);
  }

  @Test
  void outcomesThatHaveNotHappened_areThereAsZero() {
    omniq.enqueue(work(0));

    assertThat(ended("failed")).isZero();
    assertThat(ended("rescued")).isZero();
  }

  @Test
  void namesBeyondTheLimit_areCountedAsOther() {
    try (OmniQ bounded = open(new TaskMetrics(registry, Tags.of("store", "main"), 2))) {
      for (int i = 0; i < 10; i++) {
        bounded.enqueue(TaskRequest.named("task-" + i, List.of()).queue("tenant-" + i));
      }
    }

    assertThat(registry.find("omniq.tasks.enqueued").tag("store", "main").counters())
        .extracting(counter -> counter.getId().getTag("name"))
        .containsExactlyInAnyOrder("task-0", "task-1", "other");
    assertThat(counted("omniq.tasks.enqueued", "queue", "other", "name", "other")).isEqualTo(8);
  }

  @Test
  void limitThatIsNotPositive_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TaskMetrics(registry, Tags.empty(), 0))
        .withMessage("maxPairs must be positive, but is 0");
  }

  @Test
  void durations_areInSeconds() {
    omniq.enqueue(work(1));
    worker().runDue();

    assertThat(registry.getMeters())
        .filteredOn(meter -> meter.getId().getType() == Meter.Type.TIMER)
        .hasSize(2)
        .allSatisfy(meter -> assertThat(meter.getId().getBaseUnit()).isEqualTo("seconds"));
  }

  @Test
  void prometheus_seesNamesThatFollowItsRules() {
    var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (OmniQ watched = open(new TaskMetrics(prometheus))) {
      watched.enqueue(work(2));
      InlineWorker.of(watched.worker().tasks(TaskMetricsTest.class), clock).runDue();
    }

    assertThat(prometheus.scrape())
        .contains(
            "omniq_tasks_enqueued_total{name=\"" + WORK + "\",queue=\"default\"} 1.0",
            "omniq_tasks_ended_total{name=\""
                + WORK
                + "\",outcome=\"success\",queue=\"default\"} 1.0",
            "omniq_tasks_execution_seconds_sum{name=\""
                + WORK
                + "\",outcome=\"success\",queue=\"default\"} 2.0",
            "omniq_tasks_lateness_seconds_count{");
  }

  @Test
  void workerWithThreadsThatStops_givesItsTaskBack_andThatIsCounted() throws Exception {
    var released = new CountDownLatch(1);
    TaskListener heard =
        transition -> {
          if (transition.kind() == TaskListener.Kind.RELEASED) {
            released.countDown();
          }
        };
    try (OmniQ real = open(new TaskMetrics(registry), heard);
        Worker worker =
            real.worker().tasks(TaskMetricsTest.class).shutdownTimeout(Duration.ZERO).start()) {
      real.enqueue(task(TaskMetricsTest::waitForTheEnd));
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      worker.close();
      assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(counted("omniq.tasks.started")).isEqualTo(1);
    assertThat(ended("released")).isEqualTo(1);
    assertThat(execution("released").count()).isEqualTo(1);
  }
}
