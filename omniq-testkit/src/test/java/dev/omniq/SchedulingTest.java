package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Enqueued;
import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the scheduling tutorial promises, minute by minute on a manual clock. */
public class SchedulingTest extends OmniQFixture {
  private static final List<String> RUNS = new ArrayList<>();

  @OmniTask
  public static String process(String item) {
    RUNS.add(item);
    if (item.startsWith("failing")) {
      throw new IllegalStateException("no luck with " + item);
    }
    return item + " done";
  }

  /** Takes as long as the argument says, by the manual clock. */
  @OmniTask
  public static void takeSeconds(int seconds) {
    RUNS.add(TaskContext.current().task().plannedAt().toString());
    CLOCK.get().advance(Duration.ofSeconds(seconds));
  }

  /** Looks until it is the third run, and then no more. */
  @OmniTask
  public static String poll(String how) {
    TaskContext context = TaskContext.current();
    if (context.run() == 3) {
      context.endSeries();
      if (how.equals("in vain")) {
        throw new IllegalStateException("in vain");
      }
      if (how.equals("later") && RUNS.isEmpty()) {
        RUNS.add(how);
        context.snooze(Duration.ofSeconds(1));
      }
      return "ready";
    }
    return "not yet";
  }

  private static final ThreadLocal<ManualClock> CLOCK = new ThreadLocal<>();

  private InlineWorker worker;

  @BeforeEach
  void startWorker() {
    RUNS.clear();
    CLOCK.set(clock);
    worker = inline(SchedulingTest.class);
  }

  @Test
  void taskWithoutEta_runsAtOnce() {
    omniq.enqueue(task(SchedulingTest::process, "now"));

    assertThat(worker.runDue()).isEqualTo(1);
    assertThat(RUNS).containsExactly("now");
  }

  @Test
  void eta_isNeverEarlyAndThenOnTime() {
    omniq.enqueue(task(SchedulingTest::process, "later").eta(NOON.plusSeconds(300)));

    assertThat(worker.advance(Duration.ofSeconds(300).minusNanos(1000))).isZero();
    assertThat(worker.advance(Duration.ofNanos(1000))).isEqualTo(1);
  }

  @Test
  void eta_inThePast_isDueNow() {
    omniq.enqueue(task(SchedulingTest::process, "past").eta(NOON.minusSeconds(60)));

    assertThat(worker.runDue()).isEqualTo(1);
  }

  @Test
  void eta_mayBeGivenInAnyZone() {
    omniq.enqueue(
        task(SchedulingTest::process, "zoned")
            .eta(NOON.plusSeconds(60).atZone(ZoneId.of("Asia/Kolkata"))));

    assertThat(worker.advance(Duration.ofSeconds(59))).isZero();
    assertThat(worker.advance(Duration.ofSeconds(1))).isEqualTo(1);
  }

  @Test
  void interval_runsFirstAfterOneInterval_andThenAfterEach() {
    omniq.enqueue(task(SchedulingTest::process, "tick").interval(Duration.ofMinutes(30)));

    assertThat(worker.advance(Duration.ofMinutes(29))).isZero();
    assertThat(worker.advance(Duration.ofMinutes(1))).isEqualTo(1);
    assertThat(worker.advance(Duration.ofHours(2))).isEqualTo(4);
  }

  @Test
  void interval_givenAsANumber_isMilliseconds() {
    omniq.enqueue(task(SchedulingTest::process, "beat").interval(500));

    assertThat(worker.advance(Duration.ofSeconds(5))).isEqualTo(10);
  }

  @Test
  void intervalWithEta_runsFirstAtTheEta() {
    omniq.enqueue(
        task(SchedulingTest::process, "daily")
            .eta(NOON.plus(Duration.ofDays(1)))
            .interval(Duration.ofHours(1)));

    assertThat(worker.advance(Duration.ofHours(23))).isZero();
    assertThat(worker.advance(Duration.ofHours(3))).isEqualTo(3);
  }

  @Test
  void interval_countsFromTheEndOfARun() {
    omniq.enqueue(task(SchedulingTest::takeSeconds, 3).interval(Duration.ofSeconds(10)));

    worker.advance(Duration.ofSeconds(40));

    assertThat(RUNS).containsExactly(after(10), after(23), after(36));
  }

  @Test
  void everyRate_countsFromThePlannedTimes() {
    omniq.enqueue(task(SchedulingTest::takeSeconds, 3).everyRate(Duration.ofSeconds(10)));

    worker.advance(Duration.ofSeconds(40));

    assertThat(RUNS).containsExactly(after(10), after(20), after(30), after(40));
  }

  @Test
  void everyRate_afterADowntime_runsOnce_andThePlanGoesOn() {
    omniq.enqueue(task(SchedulingTest::takeSeconds, 0).everyRate(Duration.ofSeconds(10)));
    clock.advance(Duration.ofSeconds(55));

    worker.runDue();
    worker.advance(Duration.ofSeconds(15));

    assertThat(RUNS).containsExactly(after(10), after(60), after(70));
  }

  @Test
  void eachRun_isATaskOfItsOwn_inOneSeries() {
    TaskId first =
        omniq.enqueue(task(SchedulingTest::process, "tick").interval(Duration.ofSeconds(10)));
    worker.advance(Duration.ofSeconds(20));

    List<Task> series = omniq.tasks(TaskQuery.all().series(first));

    assertThat(series).extracting(Task::run).containsExactly(3, 2, 1);
    assertThat(series).extracting(Task::id).doesNotHaveDuplicates();
    assertThat(series.get(2).id()).isEqualTo(first);
    assertThat(omniq.result(first, String.class)).isEqualTo("tick done");
  }

  @Test
  void failedRun_doesNotStopTheSeries() {
    omniq.enqueue(
        task(SchedulingTest::process, "failing").interval(Duration.ofSeconds(10)).maxRetries(0));

    assertThat(worker.advance(Duration.ofSeconds(30))).isEqualTo(3);
    assertThat(omniq.tasks(TaskQuery.all().recurring().status(TaskStatus.FAILED))).hasSize(3);
  }

  @Test
  void deletingThePendingRun_endsTheSeries() {
    TaskId first =
        omniq.enqueue(task(SchedulingTest::process, "tick").interval(Duration.ofSeconds(10)));
    worker.advance(Duration.ofSeconds(10));
    Task pending = omniq.tasks(TaskQuery.all().series(first).live()).get(0);

    assertThat(omniq.delete(pending.id())).isEqualTo(DeleteOutcome.SERIES_ENDED);
    assertThat(worker.advance(Duration.ofHours(1))).isZero();
  }

  @Test
  void deletingAFinishedRun_saysThatTheSeriesLivesOn() {
    TaskId first =
        omniq.enqueue(task(SchedulingTest::process, "tick").interval(Duration.ofSeconds(10)));
    worker.advance(Duration.ofSeconds(10));

    assertThat(omniq.delete(first)).isEqualTo(DeleteOutcome.SERIES_CONTINUES);
    assertThat(worker.advance(Duration.ofSeconds(10))).isEqualTo(1);
  }

  @Test
  void cancelSeries_byTheIdOfAnyRun_endsIt() {
    TaskId first =
        omniq.enqueue(task(SchedulingTest::process, "tick").interval(Duration.ofSeconds(10)));
    worker.advance(Duration.ofSeconds(30));

    assertThat(omniq.cancelSeries(first)).isTrue();
    assertThat(omniq.cancelSeries(first)).isFalse();
    assertThat(worker.advance(Duration.ofHours(1))).isZero();
  }

  @Test
  void uniqueKey_makesOneSeries_howeverOftenTheProgramStarts() {
    TaskRequest heartbeat =
        task(SchedulingTest::process, "beat").interval(Duration.ofSeconds(10)).uniqueKey("beat");
    Enqueued first = omniq.enqueueIfAbsent(heartbeat);
    worker.advance(Duration.ofSeconds(25));
    Enqueued again = omniq.enqueueIfAbsent(heartbeat);

    assertThat(first.created()).isTrue();
    assertThat(again.created()).isFalse();
    assertThat(omniq.task(again.id()).orElseThrow().run()).isEqualTo(3);
    assertThat(worker.advance(Duration.ofSeconds(10))).isEqualTo(1);
  }

  @Test
  void higherPriority_isAHeadStartOfMinutes_notAPrivilege() {
    omniq.enqueue(task(SchedulingTest::process, "old").eta(NOON.minusSeconds(600)));
    omniq.enqueue(task(SchedulingTest::process, "new"));
    omniq.enqueue(task(SchedulingTest::process, "urgent").priority(9));

    InlineWorker single =
        InlineWorker.of(omniq.worker().concurrency(1).tasks(SchedulingTest.class), clock);
    single.runDue();

    assertThat(RUNS).containsExactly("old", "urgent", "new");
  }

  private static String after(int seconds) {
    return NOON.plusSeconds(seconds).toString();
  }

  @Test
  void endSeries_makesTheRunTheLastOne_andKeepsItsResult() {
    TaskId id =
        omniq.enqueue(task(SchedulingTest::poll, "well").eta(NOON).interval(Duration.ofMinutes(1)));

    assertThat(worker.advance(Duration.ofHours(1))).isEqualTo(3);

    List<Task> runs = omniq.tasks(TaskQuery.all().series(id));
    assertThat(runs).extracting(Task::status).containsOnly(TaskStatus.SUCCESS);
    assertThat(omniq.result(runs.get(0).id(), String.class)).isEqualTo("ready");
    assertThat(omniq.cancelSeries(id)).isFalse();
  }

  @Test
  void endSeries_ofARunThatIsPutOff_endsItThen() {
    omniq.enqueue(task(SchedulingTest::poll, "later").eta(NOON).interval(Duration.ofMinutes(1)));

    assertThat(worker.advance(Duration.ofHours(1))).isEqualTo(4);
  }

  @Test
  void endSeries_ofARunThatFails_letsTheSeriesGoOn() {
    omniq.enqueue(
        task(SchedulingTest::poll, "in vain")
            .eta(NOON)
            .interval(Duration.ofMinutes(1))
            .maxRetries(0));

    assertThat(worker.advance(Duration.ofMinutes(5))).isEqualTo(6);
  }
}
