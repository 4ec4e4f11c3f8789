package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.CancelOutcome;
import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker with real threads, on a manual clock, kept in step by signals. */
public class WorkerTest extends OmniQFixture {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** The lease keeper's, those of the janitor's three chores, and that of the claims' pause. */
  private static final int ALARMS_AT_REST = 5;

  private static final BlockingQueue<String> EVENTS = new LinkedBlockingQueue<>();
  private static final Semaphore GATE = new Semaphore(0);
  private static final List<CompletableFuture<String>> PROMISES = new ArrayList<>();

  @OmniTask
  public static String pass(String value) {
    EVENTS.add("passed " + value);
    return value;
  }

  /** Waits at the gate; tells when it starts, and how it ends. */
  @OmniTask
  public static String waitAtTheGate(String value) throws InterruptedException {
    EVENTS.add("started " + value);
    try {
      GATE.acquire();
      EVENTS.add("passed " + value);
      return value;
    } catch (InterruptedException e) {
      EVENTS.add("interrupted " + value + " " + TaskContext.current().isCancelled());
      throw e;
    }
  }

  @OmniTask
  public static String ignoreInterrupts(String value) {
    EVENTS.add("started " + value);
    GATE.acquireUninterruptibly();
    EVENTS.add("passed " + value);
    return value;
  }

  @OmniTask
  public static CompletionStage<String> promise() {
    var promise = new CompletableFuture<String>();
    PROMISES.add(promise);
    EVENTS.add("promised");
    return promise;
  }

  @OmniTask
  public static void report() {
    TaskContext context = TaskContext.current();
    context.progress(0.4, "page 40 of 100");
    context.log("halfway, nearly");
    EVENTS.add("reported " + context.attempt() + " " + context.deadline().isPresent());
  }

  @OmniTask
  public static void reportAndWait() throws InterruptedException {
    TaskContext.current().progress(0.4, "page 40 of 100");
    EVENTS.add("reported");
    GATE.acquire();
  }

  @OmniTask
  public static void tellThread() {
    EVENTS.add(Thread.currentThread().toString());
  }

  private Worker worker;

  @BeforeEach
  void reset() {
    EVENTS.clear();
    GATE.drainPermits();
    PROMISES.clear();
  }

  @AfterEach
  void letGo() {
    GATE.release(1_000);
    if (worker != null) {
      worker.close();
    }
  }

  private void start(WorkerBuilder builder) {
    worker = builder.tasks(WorkerTest.class).start();
  }

  private static String next() throws InterruptedException {
    String event = EVENTS.poll(SOON.toSeconds(), TimeUnit.SECONDS);
    return event == null ? "nothing happened" : event;
  }

  @Test
  void enqueuedTask_wakesTheWorkerAtOnce() throws Exception {
    start(omniq.worker());
    TaskId id = omniq.enqueue(task(WorkerTest::pass, "a"));

    assertThat(next()).isEqualTo("passed a");
    assertThat(omniq.await(id, SOON).orElseThrow().json()).contains("\"a\"");
  }

  @Test
  void dueTime_endsTheSleepOfTheWorker() throws Exception {
    start(omniq.worker().pollInterval(Duration.ofHours(1)));
    omniq.enqueue(task(WorkerTest::pass, "later").delay(Duration.ofMinutes(10)));

    advanceUntilAnEvent(Duration.ofMinutes(1));

    assertThat(next()).isEqualTo("passed later");
    assertThat(clock.now()).isAfterOrEqualTo(NOON.plus(Duration.ofMinutes(10)));
  }

  @Test
  void concurrency_boundsRunningHandlers() throws Exception {
    start(omniq.worker().concurrency(2));
    for (String name : List.of("a", "b", "c")) {
      omniq.enqueue(task(WorkerTest::waitAtTheGate, name));
    }

    assertThat(List.of(next(), next())).containsExactlyInAnyOrder("started a", "started b");
    assertThat(EVENTS).isEmpty();
    GATE.release();
    assertThat(next()).startsWith("passed");
    assertThat(next()).isEqualTo("started c");
  }

  @Test
  void queueConcurrency_boundsOneQueue_andLeavesRoomForOthers() throws Exception {
    start(omniq.worker().concurrency(4).queues(Map.of("slow", 1, "fast", 4)));
    omniq.enqueue(task(WorkerTest::waitAtTheGate, "slow 1").queue("slow"));
    assertThat(next()).isEqualTo("started slow 1");
    omniq.enqueue(task(WorkerTest::waitAtTheGate, "slow 2").queue("slow"));
    omniq.enqueue(task(WorkerTest::pass, "fast").queue("fast"));

    assertThat(next()).isEqualTo("passed fast");
    GATE.release();
    assertThat(next()).isEqualTo("passed slow 1");
    assertThat(next()).isEqualTo("started slow 2");
  }

  @Test
  void timeout_interruptsTheHandler_andFailsTheAttempt() throws Exception {
    start(omniq.worker());
    TaskId id =
        omniq.enqueue(
            task(WorkerTest::waitAtTheGate, "a").timeout(Duration.ofSeconds(5)).maxRetries(0));
    assertThat(next()).isEqualTo("started a");

    clock.advance(Duration.ofSeconds(5));

    assertThat(next()).isEqualTo("interrupted a true");
    assertThat(finished(id).lastError().orElseThrow().type()).isEqualTo(TaskError.Type.TIMEOUT);
  }

  @Test
  void handlerThatIgnoresItsTimeout_isStuck_andItsLateResultIsDropped() throws Exception {
    start(omniq.worker().concurrency(1));
    TaskId id =
        omniq.enqueue(
            task(WorkerTest::ignoreInterrupts, "a").timeout(Duration.ofSeconds(5)).maxRetries(0));
    omniq.enqueue(task(WorkerTest::pass, "b"));
    assertThat(next()).isEqualTo("started a");

    clock.advance(Duration.ofSeconds(8));
    Task timedOut = finished(id);
    assertThat(EVENTS).as("its slot stays taken").isEmpty();
    GATE.release();

    assertThat(next()).isEqualTo("passed a");
    assertThat(next()).isEqualTo("passed b");
    assertThat(timedOut.status()).isEqualTo(TaskStatus.FAILED);
    assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void timeoutOfAStage_cancelsItsFuture() throws Exception {
    start(omniq.worker());
    TaskId id =
        omniq.enqueue(task(WorkerTest::promise).timeout(Duration.ofSeconds(5)).maxRetries(0));
    assertThat(next()).isEqualTo("promised");

    clock.advance(Duration.ofSeconds(5));

    assertThat(finished(id).lastError().orElseThrow().type()).isEqualTo(TaskError.Type.TIMEOUT);
    assertThat(PROMISES.get(0)).isCancelled();
  }

  @Test
  void stage_keepsItsSlotButNoThread() throws Exception {
    start(omniq.worker().concurrency(1));
    TaskId id = omniq.enqueue(task(WorkerTest::promise));
    omniq.enqueue(task(WorkerTest::pass, "b"));
    assertThat(next()).isEqualTo("promised");
    assertThat(EVENTS).isEmpty();

    PROMISES.get(0).complete("kept");

    assertThat(next()).isEqualTo("passed b");
    assertThat(omniq.await(id, SOON).orElseThrow().json()).contains("\"kept\"");
  }

  @Test
  void cancel_interruptsARunningHandler_andItsSeriesEnds() throws Exception {
    start(omniq.worker());
    TaskId id =
        omniq.enqueue(
            task(WorkerTest::waitAtTheGate, "a").eta(NOON).interval(Duration.ofMinutes(1)));
    assertThat(next()).isEqualTo("started a");

    assertThat(omniq.cancel(id)).isEqualTo(CancelOutcome.INTERRUPTED);

    assertThat(next()).isEqualTo("interrupted a true");
    assertThat(omniq.cancel(id)).isEqualTo(CancelOutcome.ALREADY_FINISHED);
    assertThat(omniq.cancelSeries(id)).isFalse();
  }

  @Test
  void cancel_ofAPendingTask_keepsItFromRunning() {
    TaskId id = omniq.enqueue(task(WorkerTest::pass, "a"));

    assertThat(omniq.cancel(id)).isEqualTo(CancelOutcome.CANCELLED);
    assertThat(inline(WorkerTest.class).runDue()).isZero();
    assertThat(omniq.cancel(TaskId.next(NOON))).isEqualTo(CancelOutcome.NOT_FOUND);
  }

  @Test
  void close_waitsForRunningHandlers() throws Exception {
    start(omniq.worker());
    TaskId id = omniq.enqueue(task(WorkerTest::waitAtTheGate, "a"));
    assertThat(next()).isEqualTo("started a");
    GATE.release();

    worker.close();

    assertThat(omniq.result(id, String.class)).isEqualTo("a");
  }

  @Test
  void close_afterItsTimeout_interrupts_andGivesTheTaskBackWithItsAttempt() throws Exception {
    start(omniq.worker().shutdownTimeout(Duration.ZERO));
    TaskId id = omniq.enqueue(task(WorkerTest::waitAtTheGate, "a"));
    assertThat(next()).isEqualTo("started a");

    worker.close();

    assertThat(next()).isEqualTo("interrupted a true");
    Task task = omniq.task(id).orElseThrow();
    assertThat(task.status()).isEqualTo(TaskStatus.PENDING);
    assertThat(task.attempt()).isZero();
    assertThat(heard).contains(TaskListener.Kind.RELEASED);
  }

  @Test
  void close_twice_doesNothing_andStartAfterwardsIsRefused() {
    start(omniq.worker());
    worker.close();
    worker.close();

    assertThatThrownBy(worker::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  /** What still waits to be called would keep the whole store in memory. */
  @ParameterizedTest
  @ValueSource(strings = {"memory:", "file:"})
  void close_leavesNoAlarmBehind(String scheme, @TempDir Path directory) throws Exception {
    String url = scheme.equals("file:") ? scheme + directory.resolve("store") : scheme;
    try (OmniQ other = OmniQ.open(Settings.ofUrl(url).timeSource(clock).build())) {
      start(other.worker());
      other.enqueue(task(WorkerTest::pass, "a"));
      assertThat(next()).isEqualTo("passed a");
      assertThat(clock.alarms()).isPositive();
      worker.close();
    }
    assertThat(clock.alarms()).isZero();
  }

  @Test
  void lease_isRenewedWhileTheHandlerRuns() throws Exception {
    start(omniq.worker().lease(Duration.ofSeconds(30)));
    TaskId id = omniq.enqueue(task(WorkerTest::waitAtTheGate, "a").noTimeout());
    assertThat(next()).isEqualTo("started a");

    clock.advance(Duration.ofHours(2));
    GATE.release();

    assertThat(next()).isEqualTo("passed a");
    assertThat(finished(id).state().losses()).isZero();
  }

  @Test
  void wallClockJump_expiresNoLease() throws Exception {
    start(omniq.worker());
    TaskId id = omniq.enqueue(task(WorkerTest::waitAtTheGate, "a"));
    assertThat(next()).isEqualTo("started a");

    clock.jump(Duration.ofDays(30));
    clock.advance(Duration.ofSeconds(2));
    GATE.release();

    assertThat(next()).isEqualTo("passed a");
    assertThat(finished(id).state().losses()).isZero();
  }

  @Test
  void progressAndLog_areStored() throws Exception {
    start(omniq.worker());
    TaskId id = omniq.enqueue(task(WorkerTest::report));

    assertThat(next()).isEqualTo("reported 1 true");
    Task done = finished(id);
    assertThat(done.state().notes().progress().orElseThrow().fraction()).isEqualTo(0.4);
    assertThat(done.state().notes().log()).hasSize(1);
  }

  @Test
  void progress_isStoredWithinASecond_evenOnAWorkerThatHadNothingToDo() throws Exception {
    start(omniq.worker().lease(Duration.ofSeconds(30)).pollInterval(Duration.ofHours(1)));
    clock.awaitAlarms(ALARMS_AT_REST); // a claim on its way would count its lease from before
    clock.advance(Duration.ofMinutes(10));
    TaskId id = omniq.enqueue(task(WorkerTest::reportAndWait));
    assertThat(next()).isEqualTo("reported");

    clock.advance(Duration.ofSeconds(1));

    assertThat(omniq.task(id).orElseThrow().state().notes().progress()).isPresent();
  }

  @Test
  void executorOfTheUser_runsHandlers_andIsNotShutDown() throws Exception {
    ExecutorService executor =
        Executors.newSingleThreadExecutor(action -> new Thread(action, "mine"));
    start(omniq.worker().executor(executor));
    omniq.enqueue(task(WorkerTest::pass, "a"));
    assertThat(next()).isEqualTo("passed a");

    worker.close();

    assertThat(executor.isShutdown()).isFalse();
    executor.shutdown();
  }

  @Test
  void handlers_runOnVirtualThreads_whereTheJdkHasThem() throws Exception {
    start(omniq.worker());
    omniq.enqueue(task(WorkerTest::tellThread));

    assertThat(next())
        .startsWith(Runtime.version().feature() >= 21 ? "VirtualThread[" : "Thread[omniq-handler-");
  }

  @Test
  void unknownName_holdsUpNobody_andIsCounted() throws Exception {
    OmniQ other = omniq;
    other.enqueue(TaskType.of("unheard-of", String.class).with("x"));
    start(omniq.worker().concurrency(1));
    omniq.enqueue(task(WorkerTest::pass, "a"));

    assertThat(next()).isEqualTo("passed a");
    assertThat(omniq.stats().unknown()).containsEntry("unheard-of", 1L);
    assertThat(omniq.stats().count(TaskStatus.PENDING)).isEqualTo(1);
  }

  @Test
  void interruptedCaller_onlyStopsWaiting() throws Exception {
    Thread.currentThread().interrupt();
    try {
      omniq.enqueue(task(WorkerTest::pass, "a"));
    } catch (RuntimeException e) {
      assertThat(e).hasMessageContaining("interrupted");
    }

    assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
    omniq.enqueue(task(WorkerTest::pass, "b"));
  }

  private Task finished(TaskId id) throws InterruptedException {
    var done = new CountDownLatch(1);
    omniq.async().await(id, Duration.ofDays(3)).thenRun(done::countDown);
    for (int i = 0; i < 2_000 && !done.await(10, TimeUnit.MILLISECONDS); i++) {
      clock.advance(Duration.ofMillis(5)); // the waiting caller looks by this clock
    }
    return omniq.task(id).orElseThrow();
  }

  /** Steps the clock until the worker, which sets its alarm meanwhile, does something. */
  private void advanceUntilAnEvent(Duration step) throws InterruptedException {
    for (int i = 0; i < 2_000 && EVENTS.isEmpty(); i++) {
      clock.awaitAlarms(1);
      clock.advance(step.dividedBy(10));
    }
  }
}
