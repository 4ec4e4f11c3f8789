package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.codec.JsonCodec;
import dev.omniq.codec.MethodReference.Of0;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TaskRequestTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TaskId ID = TaskId.parse("019ac9d2-6f00-7000-8000-000000000001");

  private final TaskRequest request = task(Tasks::run, "x");

  /** A task. */
  public static class Tasks {
    public static void run(String a) {}

    public static void list(List<String> a) {}
  }

  @Test
  void withoutOptions() {
    NewTask task = stored(request);
    assertThat(task)
        .isEqualTo(
            NewTask.first(
                ID, TaskSpec.of("dev.omniq.TaskRequestTest$Tasks#run", "[\"x\"]"), Due.now()));
  }

  @Test
  void options_leaveTheirRequestAsItWas() {
    request.delay(MINUTE).priority(9).maxRetries(0).noTimeout().queue("mail").label("a", "b");
    assertThat(stored(request).spec())
        .isEqualTo(TaskSpec.of(stored(request).spec().name(), "[\"x\"]"));
    assertThat(stored(request).due()).isEqualTo(Due.now());
  }

  @Test
  void eta_ofEveryKind() {
    var at = new Due.At(NOON);
    assertThat(stored(request.eta(NOON)).due()).isEqualTo(at);
    assertThat(stored(request.eta(OffsetDateTime.parse("2026-11-23T14:00:00+02:00"))).due())
        .isEqualTo(at);
    assertThat(
            stored(
                    request.eta(
                        ZonedDateTime.of(
                            LocalDateTime.parse("2026-11-23T13:00:00"), ZoneId.of("Europe/Paris"))))
                .due())
        .isEqualTo(at);
  }

  @Test
  void eta_isRoundedUpToMicroseconds() {
    assertThat(stored(request.eta(NOON.plusNanos(1))).due())
        .isEqualTo(new Due.At(NOON.plusNanos(1000)));
  }

  @Test
  void eta_beyondTheYear9999() {
    assertRefused(
        () -> request.eta(Instant.parse("+10000-01-01T00:00:00Z")),
        "due time must not be beyond the year 9999, but is +10000-01-01T00:00:00Z");
    assertThatIllegalArgumentException().isThrownBy(() -> request.eta(Instant.MAX));
    assertThatIllegalArgumentException().isThrownBy(() -> request.eta(OffsetDateTime.MAX));
  }

  @Test
  void eta_null() {
    assertRefused(() -> request.eta((Instant) null), "eta must not be null");
    assertRefused(() -> request.eta((ZonedDateTime) null), "eta must not be null");
    assertRefused(() -> request.eta((OffsetDateTime) null), "eta must not be null");
  }

  @Test
  void delay() {
    assertThat(stored(request.delay(MINUTE)).due()).isEqualTo(new Due.After(MINUTE));
    assertRefused(
        () -> request.delay(Duration.ofSeconds(-1)),
        "delay must be between zero and PT8784000H, but is PT-1S");
    assertRefused(
        () -> request.delay(Duration.ofDays(366_001)),
        "delay must be between zero and PT8784000H, but is PT8784024H");
    assertRefused(() -> request.delay(null), "delay must not be null");
  }

  @Test
  void etaAndDelay_theLaterOneCounts() {
    assertThat(stored(request.eta(NOON).delay(MINUTE)).due()).isEqualTo(new Due.After(MINUTE));
    assertThat(stored(request.delay(MINUTE).eta(NOON)).due()).isEqualTo(new Due.At(NOON));
  }

  @Test
  void interval_firstRunsAfterOneInterval() {
    NewTask task = stored(request.interval(MINUTE));
    assertThat(task.spec().schedule()).isEqualTo(new Schedule.FixedDelay(MINUTE));
    assertThat(task.due()).isEqualTo(new Due.After(MINUTE));
  }

  @Test
  void interval_inMilliseconds() {
    assertThat(stored(request.interval(1500)).spec().schedule())
        .isEqualTo(new Schedule.FixedDelay(Duration.ofMillis(1500)));
  }

  @Test
  void interval_withEtaOrDelay() {
    assertThat(stored(request.eta(NOON).interval(MINUTE)).due()).isEqualTo(new Due.At(NOON));
    assertThat(stored(request.interval(MINUTE).delay(Duration.ZERO)).due()).isEqualTo(Due.now());
  }

  @Test
  void interval_notPositive() {
    assertRefused(
        () -> request.interval(Duration.ZERO),
        "interval must be positive (at least 1 µs), but is PT0S");
    assertRefused(
        () -> request.interval(0), "interval must be positive (at least 1 µs), but is PT0S");
    assertRefused(
        () -> request.interval(-5), "interval must be positive (at least 1 µs), but is PT-0.005S");
    assertRefused(
        () -> request.everyRate(Duration.ofSeconds(-1)),
        "interval must be positive (at least 1 µs), but is PT-1S");
    assertRefused(
        () -> request.interval(Duration.ofNanos(999)),
        "interval must be positive (at least 1 µs), but is PT0.000000999S");
  }

  @Test
  void interval_tooLong() {
    assertRefused(
        () -> request.interval(Long.MAX_VALUE),
        "interval must be at most PT8784000H, but is " + Duration.ofMillis(Long.MAX_VALUE));
  }

  @Test
  void interval_null() {
    assertRefused(() -> request.interval(null), "interval must not be null");
    assertRefused(() -> request.everyRate(null), "interval must not be null");
  }

  @Test
  void everyRate() {
    NewTask task = stored(request.everyRate(MINUTE));
    assertThat(task.spec().schedule()).isEqualTo(new Schedule.FixedRate(MINUTE));
    assertThat(task.due()).isEqualTo(new Due.After(MINUTE));
  }

  @Test
  void intervalAndEveryRate_theLaterOneCounts() {
    assertThat(stored(request.interval(MINUTE).everyRate(MINUTE)).spec().schedule())
        .isEqualTo(new Schedule.FixedRate(MINUTE));
  }

  @Test
  void retries_fromTheProgramUnlessGiven() {
    var defaults = new TaskRequest.Defaults(RetryPolicy.fixed(7, MINUTE), Optional.empty());
    assertThat(stored(request, defaults).spec().retryPolicy())
        .isEqualTo(RetryPolicy.fixed(7, MINUTE));
    assertThat(stored(request.maxRetries(0), defaults).spec().retryPolicy())
        .isEqualTo(RetryPolicy.fixed(0, MINUTE));
    RetryPolicy own = RetryPolicy.none();
    assertThat(stored(request.retry(own), defaults).spec().retryPolicy()).isEqualTo(own);
  }

  @Test
  void maxRetries_afterAndBeforeRetry() {
    RetryPolicy own = RetryPolicy.fixed(2, MINUTE);
    assertThat(stored(request.retry(own).maxRetries(5)).spec().retryPolicy())
        .isEqualTo(own.maxRetries(5));
    assertThat(stored(request.maxRetries(5).retry(own)).spec().retryPolicy()).isEqualTo(own);
  }

  @Test
  void maxRetries_negative() {
    assertRefused(() -> request.maxRetries(-1), "maxRetries must not be negative, but is -1");
    assertRefused(() -> request.retry(null), "retry policy must not be null");
  }

  @Test
  void timeout_fromTheProgramUnlessGiven() {
    var defaults =
        new TaskRequest.Defaults(RetryPolicy.defaults(), Optional.of(Duration.ofSeconds(7)));
    assertThat(stored(request, defaults).spec().timeout()).hasValue(Duration.ofSeconds(7));
    assertThat(stored(request.timeout(MINUTE), defaults).spec().timeout()).hasValue(MINUTE);
    assertThat(stored(request.noTimeout(), defaults).spec().timeout()).isEmpty();
    assertThat(stored(request.noTimeout().timeout(MINUTE), defaults).spec().timeout())
        .hasValue(MINUTE);
  }

  @Test
  void timeout_notPositive() {
    assertRefused(
        () -> request.timeout(Duration.ZERO),
        "timeout must be positive and at most PT8784000H, but is PT0S; use noTimeout() for none");
    assertRefused(
        () -> request.timeout(Duration.ofSeconds(-1)),
        "timeout must be positive and at most PT8784000H, but is PT-1S; use noTimeout() for none");
    assertRefused(() -> request.timeout(null), "timeout must not be null");
  }

  @Test
  void id() {
    TaskId own = TaskId.parse("019ac9d2-6f00-7000-8000-00000000000f");
    NewTask task = stored(request.id(own));
    assertThat(task.id()).isEqualTo(own);
    assertThat(task.seriesId()).isEqualTo(own);
    assertRefused(() -> request.id(null), "id must not be null");
  }

  @Test
  void queue() {
    assertThat(stored(request.queue("mail")).spec().queue()).isEqualTo("mail");
    assertRefused(
        () -> request.queue(" "),
        "queue must have 1 to 255 characters and not be blank, but is ' ' (1 characters)");
    assertRefused(() -> request.queue(null), "queue must not be null");
  }

  @Test
  void priority() {
    assertThat(stored(request.priority(9)).spec().priority()).isEqualTo(9);
    assertRefused(() -> request.priority(10), "priority must be between 0 and 9, but is 10");
    assertRefused(() -> request.priority(-1), "priority must be between 0 and 9, but is -1");
  }

  @Test
  void uniqueKey() {
    assertThat(stored(request.uniqueKey("k")).spec().uniqueKey()).hasValue("k");
    assertRefused(
        () -> request.uniqueKey(""),
        "unique key must have 1 to 255 characters and not be blank, but is '' (0 characters)");
    assertRefused(() -> request.uniqueKey(null), "unique key must not be null");
  }

  @Test
  void label() {
    assertThat(stored(request.label("a", "1").label("b", "2").label("a", "3")).spec().labels())
        .isEqualTo(Map.of("a", "3", "b", "2"));
    assertRefused(
        () -> request.label("a", ""),
        "value of label 'a' must have 1 to 255 characters and not be blank, but is '' (0"
            + " characters)");
    assertRefused(() -> request.label(null, "x"), "label name must not be null");
    assertRefused(() -> request.label("x", null), "label value must not be null");
  }

  @Test
  void label_tooMany() {
    TaskRequest full = request;
    for (int i = 0; i < 32; i++) {
      full = full.label("label-" + i, "x");
    }
    TaskRequest labelled = full;
    assertRefused(
        () -> labelled.label("one-more", "x"), "a task may carry at most 32 labels, but has 33");
  }

  @Test
  void method_isCheckedWhenTheRequestIsMade() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task((Of0) null))
        .withMessageStartingWith("the method of a task is null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(() -> {}))
        .withMessageStartingWith("the method of a task is a lambda");
  }

  @Test
  void arguments_areReadWhenTheRequestIsEnqueued() {
    List<String> list = new ArrayList<>();
    TaskRequest later = task(Tasks::list, list);
    list.add("x");
    assertThat(stored(later).spec().arguments()).isEqualTo("[[\"x\"]]");
  }

  @Test
  void arguments_overTheLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stored(task(Tasks::run, "x".repeat(JsonCodec.DEFAULT_LIMIT))))
        .withMessageStartingWith(
            "the arguments of Tasks.run(String) take 1048580 bytes as JSON; allowed are"
                + " 1048576.");
  }

  @Test
  void named_takesWhatJsonHas() {
    Map<String, Object> deep = new LinkedHashMap<>();
    deep.put("a", null);
    deep.put("b", List.of(true, 0.5));

    TaskSpec spec = stored(TaskRequest.named("reports", Arrays.asList("x", 1, null, deep))).spec();

    assertThat(spec.name()).isEqualTo("reports");
    assertThat(spec.arguments()).isEqualTo("[\"x\",1,null,{\"a\":null,\"b\":[true,0.5]}]");
    assertThat(stored(TaskRequest.named("reports", List.of())).spec().arguments()).isEqualTo("[]");
  }

  @Test
  void named_refusesWhatJsonHasNot() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stored(TaskRequest.named("reports", List.of(NOON))))
        .withMessageStartingWith("argument 1 (java.lang.Object) of task 'reports'");
    assertThatIllegalArgumentException().isThrownBy(() -> TaskRequest.named(" ", List.of()));
    assertRefused(
        () -> TaskRequest.named("reports", null), "the arguments of task reports must not be null");
  }

  @Test
  void text_namesTheMethod() {
    assertThat(request).hasToString("TaskRequest[Tasks.run(String), default]");
  }

  private static void assertRefused(ThrowingCallable option, String message) {
    assertThatIllegalArgumentException().isThrownBy(option).withMessage(message);
  }

  private static NewTask stored(TaskRequest request) {
    return stored(
        request,
        new TaskRequest.Defaults(RetryPolicy.defaults(), Optional.of(Duration.ofMinutes(5))));
  }

  private static NewTask stored(TaskRequest request, TaskRequest.Defaults defaults) {
    return request.toNewTask(defaults, JsonCodec.standard(), () -> ID);
  }
}
