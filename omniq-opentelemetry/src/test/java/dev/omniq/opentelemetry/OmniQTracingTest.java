package dev.omniq.opentelemetry;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskRequest;
import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import dev.omniq.worker.Worker;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trace goes from where a task is enqueued to where it runs. */
public class OmniQTracingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final ContextKey<String> TENANT = ContextKey.named("tenant");

  private static final String WORK = "dev.omniq.opentelemetry.OmniQTracingTest#work";

  private static final List<Context> SEEN = new ArrayList<>();
  private static CompletableFuture<String> promise;
  private static CountDownLatch promised;

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final CountDownLatch executed = new CountDownLatch(1);
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder()
          .addSpanProcessor(SimpleSpanProcessor.create(spans))
          .addSpanProcessor(new Signal())
          .build();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(tracers)
          .setPropagators(
              ContextPropagators.create(
                  TextMapPropagator.composite(
                      W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
          .build();
  private final Tracer tracer = telemetry.getTracer("test");

  private final ManualClock clock = ManualClock.startingAt(NOON);
  private final OmniQ omniq = open(new OmniQTracing(telemetry));

  private OmniQ open(TaskInterceptor... interceptors) {
    Settings.Builder settings = Settings.ofUrl("memory:").timeSource(clock);
    List.of(interceptors).forEach(settings::interceptor);
    return OmniQ.open(settings.build());
  }

  /** Tells the test that an execution has ended, after it was exported. */
  private final class Signal implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      if (span.getKind() == SpanKind.CONSUMER) {
        executed.countDown();
      }
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  @OmniTask
  public static void work() {
    SEEN.add(Context.current());
  }

  @OmniTask
  public static void fail() {
    throw new IllegalStateException("no room");
  }

  @OmniTask
  public static CompletionStage<String> promised() {
    promised.countDown();
    return promise;
  }

  @BeforeEach
  void reset() {
    SEEN.clear();
    promise = new CompletableFuture<>();
    promised = new CountDownLatch(1);
  }

  @AfterEach
  void close() {
    omniq.close();
    telemetry.close();
  }

  private void runDue() {
    InlineWorker.of(omniq.worker().tasks(OmniQTracingTest.class), clock).runDue();
  }

  private static void await(CountDownLatch signal) throws InterruptedException {
    assertThat(signal.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Does something in a span, and tells the span. */
  private Span within(Runnable action) {
    Span span = tracer.spanBuilder("caller").startSpan();
    try (Scope current = span.makeCurrent()) {
      action.run();
    } finally {
      span.end();
    }
    return span;
  }

  private List<SpanData> executions() {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getKind() == SpanKind.CONSUMER)
        .toList();
  }

  private SpanData execution() {
    assertThat(executions()).hasSize(1);
    return executions().get(0);
  }

  private static <T> void assertAttribute(SpanData span, AttributeKey<T> key, T value) {
    assertThat(span.getAttributes().get(key)).as(key.getKey()).isEqualTo(value);
  }

  private Task stored(TaskId id) {
    return omniq.task(id).orElseThrow();
  }

  @Test
  void execution_isAChildOfTheSpanInWhichItsTaskWasEnqueued() {
    Span caller = within(() -> omniq.enqueue(task(OmniQTracingTest::work)));
    runDue();

    assertThat(execution().getTraceId()).isEqualTo(caller.getSpanContext().getTraceId());
    assertThat(execution().getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
    assertThat(execution().getParentSpanContext().isRemote()).isTrue();
  }

  @Test
  void execution_tellsWhatItRuns() {
    TaskId id = omniq.enqueue(task(OmniQTracingTest::work).queue("mail"));
    InlineWorker.of(omniq.worker().queues("mail").tasks(getClass()), clock).runDue();

    SpanData span = execution();
    assertThat(span.getName()).isEqualTo("process " + WORK);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.omniq");
    assertThat(
            span.getAttributes().asMap().entrySet().stream()
                .collect(Collectors.toMap(each -> each.getKey().getKey(), Map.Entry::getValue)))
        .isEqualTo(
            Map.of(
                "messaging.system", "omniq",
                "messaging.operation.name", "process",
                "messaging.operation.type", "process",
                "messaging.destination.name", "mail",
                "messaging.message.id", id.toString(),
                "omniq.task.id", id.toString(),
                "omniq.task.name", WORK,
                "omniq.queue", "mail",
                "omniq.attempt", 1L));
  }

  @Test
  void span_isCurrentWhileTheHandlerRuns_andNotAfterwards() {
    omniq.enqueue(task(OmniQTracingTest::work));
    runDue();

    assertThat(Span.fromContext(SEEN.get(0)).getSpanContext().getSpanId())
        .isEqualTo(execution().getSpanId());
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void workersOwnSpan_isNotTheParent() {
    omniq.enqueue(task(OmniQTracingTest::work));
    Span worker = within(this::runDue);

    assertThat(execution().getParentSpanId()).isEqualTo(SpanId.getInvalid());
    assertThat(execution().getTraceId()).isNotEqualTo(worker.getSpanContext().getTraceId());
  }

  @Test
  void whatOuterInterceptorsPutIntoTheContext_staysThere() {
    TaskInterceptor tenant =
        new TaskInterceptor() {
          @Override
          public Object around(Task task, Callable<Object> handler) throws Exception {
            try (Scope scope = Context.current().with(TENANT, "acme").makeCurrent()) {
              return handler.call();
            }
          }
        };
    try (OmniQ two = open(tenant, new OmniQTracing(telemetry))) {
      within(() -> two.enqueue(task(OmniQTracingTest::work)));
      InlineWorker.of(two.worker().tasks(OmniQTracingTest.class), clock).runDue();
    }

    assertThat(SEEN.get(0).get(TENANT)).isEqualTo("acme");
  }

  @Test
  void runsOfASeriesFromTheSecondOn_beginTracesOfTheirOwn_withALink() {
    Span caller =
        within(
            () ->
                omniq.enqueue(
                    task(OmniQTracingTest::work).interval(Duration.ofHours(1)).eta(NOON)));
    InlineWorker.of(omniq.worker().tasks(OmniQTracingTest.class), clock)
        .advance(Duration.ofHours(2));

    SpanContext origin = caller.getSpanContext();
    assertThat(executions()).hasSize(3);
    assertThat(executions().get(0).getParentSpanId()).isEqualTo(origin.getSpanId());
    assertThat(executions().get(0).getLinks()).isEmpty();
    assertThat(executions().subList(1, 3))
        .allSatisfy(
            span -> {
              assertThat(span.getParentSpanId()).isEqualTo(SpanId.getInvalid());
              assertThat(span.getLinks())
                  .singleElement()
                  .satisfies(
                      link -> {
                        assertThat(link.getSpanContext().getTraceId())
                            .isEqualTo(origin.getTraceId());
                        assertThat(link.getSpanContext().getSpanId()).isEqualTo(origin.getSpanId());
                      });
            });
    assertThat(executions()).extracting(SpanData::getTraceId).doesNotHaveDuplicates();
    assertAttribute(executions().get(2), AttributeKey.longKey("omniq.run"), 3L);
  }

  @Test
  void seriesThatWasEnqueuedOutsideOfATrace_hasNoLinks() {
    omniq.enqueue(task(OmniQTracingTest::work).interval(Duration.ofHours(1)).eta(NOON));
    InlineWorker.of(omniq.worker().tasks(OmniQTracingTest.class), clock)
        .advance(Duration.ofHours(1));

    assertThat(executions()).hasSize(2).allSatisfy(s -> assertThat(s.getLinks()).isEmpty());
  }

  @Test
  void failure_isRecorded_inASpanForEachAttempt() {
    omniq.enqueue(task(OmniQTracingTest::fail).maxRetries(1));
    InlineWorker.of(omniq.worker().tasks(OmniQTracingTest.class), clock)
        .advance(Duration.ofHours(1));

    assertThat(executions())
        .hasSize(2)
        .allSatisfy(
            span -> {
              assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
              assertThat(span.getStatus().getDescription()).contains("no room");
              assertThat(span.getEvents()).extracting("name").containsExactly("exception");
              assertAttribute(
                  span, AttributeKey.stringKey("error.type"), "java.lang.IllegalStateException");
            });
    assertAttribute(executions().get(1), AttributeKey.longKey("omniq.attempt"), 2L);
  }

  @Test
  void spanOfAStage_endsWhenTheStageCompletes() throws Exception {
    try (Worker worker = omniq.worker().tasks(OmniQTracingTest.class).start()) {
      TaskId id = omniq.enqueue(task(OmniQTracingTest::promised));
      await(promised);
      assertThat(executions()).isEmpty();

      promise.complete("kept");
      assertThat(omniq.await(id, Duration.ofSeconds(20))).isPresent();
      await(executed);
    }

    assertThat(execution().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void stageThatFails_endsItsSpanWithTheError() {
    omniq.enqueue(task(OmniQTracingTest::promised).maxRetries(0));
    promise =
        CompletableFuture.supplyAsync(
            () -> {
              throw new IllegalStateException("broken");
            },
            Runnable::run);
    runDue();

    assertThat(execution().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertAttribute(
        execution(), AttributeKey.stringKey("error.type"), "java.lang.IllegalStateException");
  }

  @Test
  void stageOfATaskThatTimesOut_isCancelled_andItsSpanEnds() throws Exception {
    try (Worker worker = omniq.worker().tasks(OmniQTracingTest.class).start()) {
      omniq.enqueue(task(OmniQTracingTest::promised).timeout(Duration.ofSeconds(5)).maxRetries(0));
      await(promised);
      clock.advance(Duration.ofSeconds(6));
      await(executed);
    }

    assertThat(promise).isCancelled();
    assertThat(execution().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void enqueueOutsideOfASpan_addsNoLabels() {
    TaskId id = omniq.enqueue(task(OmniQTracingTest::work));

    assertThat(stored(id).labels()).isEmpty();
  }

  @Test
  void enqueueWithinASpan_addsItsTraceparent_andBaggage() {
    TaskId[] id = new TaskId[1];
    Span caller =
        within(
            () -> {
              try (Scope baggage =
                  Baggage.current().toBuilder().put("user", "ada").build().makeCurrent()) {
                id[0] = omniq.enqueue(task(OmniQTracingTest::work));
              }
            });
    runDue();

    SpanContext context = caller.getSpanContext();
    assertThat(stored(id[0]).labels())
        .containsOnlyKeys("traceparent", "baggage")
        .containsEntry("baggage", "user=ada")
        .hasEntrySatisfying(
            "traceparent",
            value ->
                assertThat(value)
                    .startsWith("00-" + context.getTraceId() + "-" + context.getSpanId() + "-"));
    assertThat(Baggage.fromContext(SEEN.get(0)).getEntryValue("user")).isEqualTo("ada");
  }

  @Test
  void tracestate_isCarriedIfItFitsIntoALabel() {
    assertThat(labelsWithin(TraceState.builder().put("vendor", "short").build()))
        .containsEntry("tracestate", "vendor=short");
    assertThat(labelsWithin(TraceState.builder().put("vendor", "x".repeat(256)).build()))
        .containsOnlyKeys("traceparent");
  }

  private Map<String, String> labelsWithin(TraceState state) {
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), state);
    try (Scope current = Context.current().with(Span.wrap(remote)).makeCurrent()) {
      return stored(omniq.enqueue(task(OmniQTracingTest::work))).labels();
    }
  }

  @Test
  void tracesThatTheRequestCarriesAlready_stay() {
    Supplier<TaskRequest> own =
        () -> task(OmniQTracingTest::work).label("traceparent", "from elsewhere");
    TaskId[] id = new TaskId[1];
    within(() -> id[0] = omniq.enqueue(own.get()));

    assertThat(stored(id[0]).labels()).isEqualTo(Map.of("traceparent", "from elsewhere"));
  }

  @Test
  void taskWithoutRoomForMoreLabels_isEnqueuedWithoutATrace() {
    TaskId[] id = new TaskId[1];
    within(
        () -> {
          TaskRequest full =
              IntStream.range(0, 32)
                  .boxed()
                  .reduce(
                      task(OmniQTracingTest::work),
                      (request, i) -> request.label("label-" + i, "x"),
                      (a, b) -> b);
          id[0] = omniq.enqueue(full);
        });

    assertThat(stored(id[0]).labels()).hasSize(32).doesNotContainKey("traceparent");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "00-0-0-00",
        "00-00000000000000000000000000000000-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-ßaf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      })
  void malformedTraces_areAsNone(String traceparent) {
    TaskId id =
        omniq.enqueue(
            task(OmniQTracingTest::work)
                .label("traceparent", traceparent)
                .label("tracestate", "=,=;")
                .label("baggage", "%zz=%zz,;"));
    runDue();

    assertThat(stored(id).status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(execution().getParentSpanId()).isEqualTo(SpanId.getInvalid());
  }

  @Test
  void tasksThatAHandlerEnqueues_goOnWithItsTrace() {
    // Done by hand: a handler that enqueues needs the queue.
    Span caller = within(() -> omniq.enqueue(task(OmniQTracingTest::work)));
    runDue();
    try (Scope inHandler = SEEN.get(0).makeCurrent()) {
      omniq.enqueue(task(OmniQTracingTest::work));
    }
    runDue();

    assertThat(executions().get(1).getTraceId()).isEqualTo(caller.getSpanContext().getTraceId());
    assertThat(executions().get(1).getParentSpanId()).isEqualTo(executions().get(0).getSpanId());
  }

  @Test
  void telemetryThatDoesNothing_letsTasksRun() {
    try (OmniQ quiet = open(new OmniQTracing(OpenTelemetry.noop()))) {
      TaskId id = quiet.enqueue(task(OmniQTracingTest::work));
      InlineWorker.of(quiet.worker().tasks(OmniQTracingTest.class), clock).runDue();

      assertThat(quiet.result(id)).isPresent();
    }
  }

  @Test
  void workerWithThreads_goesOnWithTheTrace() throws Exception {
    Span caller;
    try (Worker worker = omniq.worker().tasks(OmniQTracingTest.class).start()) {
      caller = within(() -> omniq.enqueue(task(OmniQTracingTest::work)));
      await(executed);
    }

    assertThat(execution().getTraceId()).isEqualTo(caller.getSpanContext().getTraceId());
    assertThat(Span.fromContext(SEEN.get(0)).getSpanContext().getSpanId())
        .isEqualTo(execution().getSpanId());
  }
}
