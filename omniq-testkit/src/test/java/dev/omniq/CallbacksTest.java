package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.omniq.task.CancelOutcome;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskListener.Kind;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program's code that the library calls, and that calls the library in turn. */
@ParameterizedClass
@ValueSource(strings = {"memory:", "file:"})
public class CallbacksTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final AtomicReference<OmniQ> QUEUE = new AtomicReference<>();
  private static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();

  @OmniTask
  public static void nothing() {}

  /** Enqueues another task when it is cancelled, on whichever thread cancels it. */
  @OmniTask
  public static CompletionStage<String> promise() {
    var promise = new CompletableFuture<String>();
    promise.whenComplete(
        (value, failure) -> QUEUE.get().enqueue(task(CallbacksTest::nothing).queue("undo")));
    HEARD.add("promised");
    return promise;
  }

  /** Cancels itself, and tells what it hears, and whether it was interrupted then. */
  @OmniTask
  public static void cancelMyself(boolean asOneOfMany) {
    TaskId id = TaskContext.current().taskId();
    try {
      boolean cancelled =
          asOneOfMany
              ? QUEUE.get().change(TaskChange.CANCEL, TaskQuery.all()).changed() == 1
              : QUEUE.get().cancelSeries(id);
      HEARD.add(cancelled + ", " + Thread.currentThread().isInterrupted());
    } catch (RuntimeException e) {
      HEARD.add(e.toString());
    }
  }

  @TempDir Path directory;
  private final String scheme;
  private final CompletableFuture<Throwable> refusal = new CompletableFuture<>();
  private TaskListener listener = transition -> {};
  private OmniQ omniq;

  CallbacksTest(String scheme) {
    this.scheme = scheme;
  }

  @BeforeEach
  void open() {
    String url = scheme.equals("file:") ? scheme + directory.resolve("store") : scheme;
    omniq =
        OmniQ.open(
            Settings.ofUrl(url).listener(transition -> listener.onTransition(transition)).build());
    QUEUE.set(omniq);
  }

  @AfterEach
  void close() {
    omniq.close();
  }

  @Test
  void listener_thatWaitsForTheStore_isRefused_andHoldsUpNobody() throws Exception {
    listener =
        transition -> {
          try {
            omniq.enqueue(task(CallbacksTest::nothing));
          } catch (IllegalStateException e) {
            refusal.complete(e);
          }
        };
    TaskId id = omniq.enqueue(task(CallbacksTest::nothing));

    assertThat(refusal.get(20, TimeUnit.SECONDS)).hasMessageContaining("must not wait");
    assertThat(omniq.tasks(TaskQuery.all())).extracting(task -> task.id()).containsExactly(id);
  }

  /** In memory, an answer is there before anything can hang on it. */
  @Test
  void whatHangsOnAFuture_andWaitsForTheStore_isRefused() throws Exception {
    assumeTrue(scheme.equals("file:"));
    var hangs = new CountDownLatch(1);
    listener = transition -> awaitUninterrupted(hangs);
    AsyncOmniQ async = omniq.async();
    CompletableFuture<TaskId> stored = async.enqueue(task(CallbacksTest::nothing));
    CompletableFuture<Object> waiting = stored.thenApply(id -> omniq.task(id));
    CompletableFuture<Object> joining = stored.thenApply(id -> async.await(id, SOON).join());
    hangs.countDown();

    for (CompletableFuture<Object> refused : List.of(waiting, joining)) {
      assertThatThrownBy(() -> refused.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatHangsOnAFuture_onAThreadOfItsOwn_mayWait() throws Exception {
    assertThat(
            omniq
                .async()
                .enqueue(task(CallbacksTest::nothing))
                .thenApplyAsync(id -> omniq.task(id).orElseThrow().status())
                .get(20, TimeUnit.SECONDS))
        .isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void condition_thatWaitsForTheStore_isRefused() {
    omniq.enqueue(task(CallbacksTest::nothing));

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                omniq.change(
                    TaskChange.CANCEL, TaskQuery.all(), task -> omniq.task(task.id()).isPresent()));
    assertThat(omniq.stats().count(TaskStatus.PENDING)).isEqualTo(1);
  }

  @Test
  void close_byAListener_isRefused() throws Exception {
    Worker worker = omniq.worker().tasks(CallbacksTest.class).build();
    listener =
        transition -> {
          try {
            worker.close();
          } catch (IllegalStateException e) {
            assertThatIllegalStateException().isThrownBy(omniq::close);
            refusal.complete(e);
          }
        };
    omniq.enqueue(task(CallbacksTest::nothing));

    assertThat(refusal.get(20, TimeUnit.SECONDS)).isNotNull();
    omniq.enqueue(task(CallbacksTest::nothing));
  }

  @Test
  void listener_thatFailsWithAnError_changesNoAnswer() {
    listener =
        transition -> {
          throw new NoClassDefFoundError("of a library that is not there");
        };
    omniq.worker().tasks(CallbacksTest.class).start();

    assertThatCode(
            () -> {
              TaskId id = omniq.enqueue(task(CallbacksTest::nothing));
              assertThat(omniq.await(id, SOON).orElseThrow().status())
                  .isEqualTo(TaskStatus.SUCCESS);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void cancelledStage_mayCallTheQueue_asOnAThreadOfItsOwn() throws Exception {
    var undone = new CompletableFuture<TaskId>();
    listener =
        transition -> {
          if (transition.kind() == Kind.ENQUEUED && transition.task().queue().equals("undo")) {
            undone.complete(transition.task().id());
          }
        };
    omniq.worker().tasks(CallbacksTest.class).start();
    TaskId id = omniq.enqueue(task(CallbacksTest::promise));
    assertThat(HEARD.poll(20, TimeUnit.SECONDS)).isEqualTo("promised");

    assertThat(omniq.async().cancel(id).get(20, TimeUnit.SECONDS))
        .isEqualTo(CancelOutcome.INTERRUPTED);
    assertThat(undone.get(20, TimeUnit.SECONDS)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handler_thatCancelsItself_hearsSo_andIsInterrupted(boolean asOneOfMany) throws Exception {
    omniq.worker().tasks(CallbacksTest.class).start();
    TaskId id =
        omniq.enqueue(
            task(CallbacksTest::cancelMyself, asOneOfMany).delay(Duration.ZERO).interval(SOON));

    assertThat(HEARD.poll(20, TimeUnit.SECONDS)).isEqualTo("true, true");
    assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.CANCELLED);
  }
}
