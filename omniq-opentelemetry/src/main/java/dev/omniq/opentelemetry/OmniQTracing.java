package dev.omniq.opentelemetry;

import dev.omniq.task.Task;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskSpec;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries a trace from where a task is enqueued to where it runs, and tells of each execution as a
 * span.
 *
 * <pre>{@code
 * Settings.ofUrl("file:omniq_data").interceptor(new OmniQTracing(openTelemetry)).build();
 * }</pre>
 *
 * <p><b>Enqueuing.</b> If a span is current, what the propagator says of it is stored in the task's
 * labels: {@code traceparent} and {@code tracestate} with that of the W3C. A value that no label
 * can hold is left out; a task that has such labels, or has no room for more, stays as it is.
 *
 * <p><b>Running.</b> Each execution is a span of kind {@code CONSUMER}, from the call of the
 * handler until it returns or throws, or until the stage that it returned completes. It is current
 * on the thread of the handler. Its parent is the span in which the task was enqueued. A series may
 * go on for years, and its runs share their labels, so from the second run on each begins a trace
 * of its own, with a link to that span. Labels that cannot be read are as none.
 *
 * <p>Thread-safe; give it first, so that its span encloses what other interceptors do.
 */
public final class OmniQTracing implements TaskInterceptor {
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> MESSAGE_ID =
      AttributeKey.stringKey("messaging.message.id");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> TASK_ID = AttributeKey.stringKey("omniq.task.id");
  private static final AttributeKey<String> TASK_NAME = AttributeKey.stringKey("omniq.task.name");
  private static final AttributeKey<String> QUEUE = AttributeKey.stringKey("omniq.queue");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("omniq.attempt");
  private static final AttributeKey<String> SERIES_ID = AttributeKey.stringKey("omniq.series.id");
  private static final AttributeKey<Long> RUN = AttributeKey.longKey("omniq.run");

  private static final TextMapGetter<Map<String, String>> LABELS =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // abstract in the versions that many programs still have
        public Iterable<String> keys(Map<String, String> labels) {
          return labels.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> labels, String name) {
          return labels == null ? null : labels.get(name);
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  /** Spans for this program's tracer provider, carried by its propagators. */
  public OmniQTracing(OpenTelemetry openTelemetry) {
    tracer = openTelemetry.getTracer("dev.omniq");
    propagator = openTelemetry.getPropagators().getTextMapPropagator();
  }

  @Override
  public Map<String, String> labels(TaskSpec task) {
    boolean carriesOne = propagator.fields().stream().anyMatch(task.labels()::containsKey);
    if (carriesOne || !Span.current().getSpanContext().isValid()) {
      return Map.of();
    }
    Map<String, String> labels = new HashMap<>();
    propagator.inject(
        Context.current(),
        labels,
        (carrier, name, value) -> {
          if (carrier != null && fits(name) && fits(value)) {
            carrier.put(name, value);
          }
        });
    boolean hasRoom = task.labels().size() + labels.size() <= TaskSpec.MAX_LABELS;
    return hasRoom ? labels : Map.of();
  }

  /** Tracing must not be the reason for which a task is refused. */
  private static boolean fits(String text) {
    return !text.isBlank()
        && text.length() <= TaskSpec.MAX_TEXT
        && text.chars().noneMatch(Character::isISOControl);
  }

  @Override
  public @Nullable Object around(Task task, Callable<@Nullable Object> handler) throws Exception {
    // What the worker's thread happens to be in is not where the task comes from.
    Context nowhere = Context.current().with(Span.getInvalid());
    Context enqueued = propagator.extract(nowhere, task.labels(), LABELS);
    Span span = spanOf(task, enqueued).startSpan();
    try (Scope current = enqueued.with(span).makeCurrent()) {
      Object returned = handler.call();
      if (returned instanceof CompletionStage<?> stage) {
        // The stage itself is returned, for the worker cancels what it is given.
        var unused = stage.whenComplete((value, failure) -> end(span, failure));
      } else {
        span.end();
      }
      return returned;
    } catch (Throwable thrown) { // also Errors; it goes on to the worker
      end(span, thrown);
      throw thrown;
    }
  }

  private SpanBuilder spanOf(Task task, Context enqueued) {
    // By the task's name and not by the queue's, as conventions have it: it tells what is done.
    SpanBuilder span =
        tracer
            .spanBuilder("process " + task.name())
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute(SYSTEM, "omniq")
            .setAttribute(OPERATION_NAME, "process")
            .setAttribute(OPERATION_TYPE, "process")
            .setAttribute(DESTINATION, task.queue())
            .setAttribute(MESSAGE_ID, task.id().toString())
            .setAttribute(TASK_ID, task.id().toString())
            .setAttribute(TASK_NAME, task.name())
            .setAttribute(QUEUE, task.queue())
            .setAttribute(ATTEMPT, (long) task.attempt());
    if (task.recurring()) {
      span.setAttribute(SERIES_ID, task.seriesId().toString()).setAttribute(RUN, (long) task.run());
    }
    return task.run() > 1
        ? span.setNoParent().addLink(Span.fromContext(enqueued).getSpanContext())
        : span.setParent(enqueued);
  }

  private static void end(Span span, @Nullable Throwable failure) {
    if (failure != null) {
      Throwable thrown =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      span.recordException(thrown)
          .setAttribute(ERROR_TYPE, thrown.getClass().getName())
          .setStatus(StatusCode.ERROR, thrown.toString());
    }
    span.end();
  }
}
