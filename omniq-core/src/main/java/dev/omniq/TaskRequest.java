package dev.omniq;

import dev.omniq.codec.JsonCodec;
import dev.omniq.codec.MethodReference;
import dev.omniq.codec.MethodReference.Of0;
import dev.omniq.codec.MethodReference.Of1;
import dev.omniq.codec.MethodReference.Of2;
import dev.omniq.codec.MethodReference.Of3;
import dev.omniq.codec.MethodReference.Of4;
import dev.omniq.codec.MethodReference.Of5;
import dev.omniq.codec.MethodReference.Of6;
import dev.omniq.codec.MethodReference.Of7;
import dev.omniq.codec.TaskCall;
import dev.omniq.codec.TaskMethod;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is to be enqueued: a method with its arguments, or a {@link TaskType} with its payload, and
 * options. An immutable value; every option returns a new request and checks its value at once.
 *
 * <pre>{@code
 * omniq.enqueue(task(Reports::generate, "daily", 7).delay(Duration.ofMinutes(5)).maxRetries(5));
 * }</pre>
 *
 * <p>The arguments are kept as they are given and become JSON when the request is enqueued; the
 * method is checked here. A method that cannot be a task, and a value that is not allowed, is
 * refused by an {@link IllegalArgumentException} that says what was given and what is allowed.
 *
 * <p>Where two options speak of the same thing, the later one counts: {@code eta} and {@code
 * delay}; {@code interval} and {@code everyRate}; {@code timeout} and {@code noTimeout}. {@code
 * retry} replaces an earlier {@code maxRetries}; {@code maxRetries} changes only the number of an
 * earlier {@code retry}, or of the program's default policy.
 */
public final class TaskRequest {
  private final TaskCall call;
  // Without arguments; where an option was not given, its value here does not count.
  private final TaskSpec spec;
  private final Optional<TaskId> id;
  private final Optional<Due> due;
  private final Chosen chosen;

  private TaskRequest(
      TaskCall call, TaskSpec spec, Optional<TaskId> id, Optional<Due> due, Chosen chosen) {
    this.call = call;
    this.spec = spec;
    this.id = id;
    this.due = due;
    this.chosen = chosen;
  }

  /** Which options, for which a program has defaults, were given. */
  private record Chosen(boolean retryPolicy, boolean maxRetries, boolean timeout) {}

  /**
   * What a program's settings say where a request does not.
   *
   * @param retryPolicy what happens when an attempt fails
   * @param timeout the longest an execution may take; empty for no limit
   */
  record Defaults(RetryPolicy retryPolicy, Optional<Duration> timeout) {}

  /**
   * Runs whatever handles a name, for programs that do not have the handler, such as a command
   * line. Whether the arguments suit it shows only when it runs.
   *
   * @param name the stored name, 1 to 255 characters, such as {@code com.example.Reports#generate}
   * @param arguments what JSON has: texts, numbers, booleans, null, lists and maps of them
   * @throws IllegalArgumentException if the name is blank, too long, or has control characters
   */
  public static TaskRequest named(String name, List<? extends @Nullable Object> arguments) {
    TaskSpec.requireName(Given.required(name, "task name"));
    return new TaskRequest(
        TaskCall.ofJson(name, Given.required(arguments, "the arguments of task " + name)));
  }

  /** Runs a static method with no argument. */
  public static TaskRequest task(Of0 method) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method)));
  }

  /** Runs a static method with one argument. */
  public static <A> TaskRequest task(Of1<A> method, @Nullable A a) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a));
  }

  /** Runs a static method with two arguments. */
  public static <A, B> TaskRequest task(Of2<A, B> method, @Nullable A a, @Nullable B b) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a, b));
  }

  /** Runs a static method with three arguments. */
  public static <A, B, C> TaskRequest task(
      Of3<A, B, C> method, @Nullable A a, @Nullable B b, @Nullable C c) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a, b, c));
  }

  /** Runs a static method with four arguments. */
  public static <A, B, C, D> TaskRequest task(
      Of4<A, B, C, D> method, @Nullable A a, @Nullable B b, @Nullable C c, @Nullable D d) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a, b, c, d));
  }

  /** Runs a static method with five arguments. */
  public static <A, B, C, D, E> TaskRequest task(
      Of5<A, B, C, D, E> method,
      @Nullable A a,
      @Nullable B b,
      @Nullable C c,
      @Nullable D d,
      @Nullable E e) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a, b, c, d, e));
  }

  /** Runs a static method with six arguments. */
  public static <A, B, C, D, E, F> TaskRequest task(
      Of6<A, B, C, D, E, F> method,
      @Nullable A a,
      @Nullable B b,
      @Nullable C c,
      @Nullable D d,
      @Nullable E e,
      @Nullable F f) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(method), a, b, c, d, e, f));
  }

  /** Runs an instance method with no argument on the worker's instance of a class. */
  public static <S> TaskRequest task(Class<S> type, Of1<S> method) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method)));
  }

  /** Runs an instance method with one argument on the worker's instance of a class. */
  public static <S, A> TaskRequest task(Class<S> type, Of2<S, A> method, @Nullable A a) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a));
  }

  /** Runs an instance method with two arguments on the worker's instance of a class. */
  public static <S, A, B> TaskRequest task(
      Class<S> type, Of3<S, A, B> method, @Nullable A a, @Nullable B b) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a, b));
  }

  /** Runs an instance method with three arguments on the worker's instance of a class. */
  public static <S, A, B, C> TaskRequest task(
      Class<S> type, Of4<S, A, B, C> method, @Nullable A a, @Nullable B b, @Nullable C c) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a, b, c));
  }

  /** Runs an instance method with four arguments on the worker's instance of a class. */
  public static <S, A, B, C, D> TaskRequest task(
      Class<S> type,
      Of5<S, A, B, C, D> method,
      @Nullable A a,
      @Nullable B b,
      @Nullable C c,
      @Nullable D d) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a, b, c, d));
  }

  /** Runs an instance method with five arguments on the worker's instance of a class. */
  public static <S, A, B, C, D, E> TaskRequest task(
      Class<S> type,
      Of6<S, A, B, C, D, E> method,
      @Nullable A a,
      @Nullable B b,
      @Nullable C c,
      @Nullable D d,
      @Nullable E e) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a, b, c, d, e));
  }

  /** Runs an instance method with six arguments on the worker's instance of a class. */
  public static <S, A, B, C, D, E, F> TaskRequest task(
      Class<S> type,
      Of7<S, A, B, C, D, E, F> method,
      @Nullable A a,
      @Nullable B b,
      @Nullable C c,
      @Nullable D d,
      @Nullable E e,
      @Nullable F f) {
    return new TaskRequest(TaskCall.of(MethodReference.resolve(type, method), a, b, c, d, e, f));
  }

  TaskRequest(TaskCall call) {
    this(
        call,
        TaskSpec.of(call.name(), "[]"),
        Optional.empty(),
        Optional.empty(),
        new Chosen(false, false, false));
  }

  /** First due at a time, up to the year 9999; one in the past means now. */
  public TaskRequest eta(Instant time) {
    return due(new Due.At(Given.required(time, "eta")));
  }

  /** First due at a time, up to the year 9999; one in the past means now. */
  public TaskRequest eta(ZonedDateTime time) {
    return eta(Given.required(time, "eta").toInstant());
  }

  /** First due at a time, up to the year 9999; one in the past means now. */
  public TaskRequest eta(OffsetDateTime time) {
    return eta(Given.required(time, "eta").toInstant());
  }

  /** First due some time after it is stored, by the store's clock; zero means now. */
  public TaskRequest delay(Duration delay) {
    return due(new Due.After(Given.required(delay, "delay")));
  }

  /**
   * Repeats: the next run is due one interval after the end of the last one. The first run is due
   * one interval after it is stored, unless {@code eta} or {@code delay} say otherwise.
   */
  public TaskRequest interval(Duration interval) {
    return schedule(new Schedule.FixedDelay(Given.required(interval, "interval")));
  }

  /** {@link #interval(Duration)} in milliseconds. */
  public TaskRequest interval(long milliseconds) {
    return interval(Duration.ofMillis(milliseconds));
  }

  /**
   * Repeats at {@code first + n × interval}, however long a run takes; planned times that were
   * missed collapse into one run. The first run is due one interval after it is stored, unless
   * {@code eta} or {@code delay} say otherwise.
   */
  public TaskRequest everyRate(Duration interval) {
    return schedule(new Schedule.FixedRate(Given.required(interval, "interval")));
  }

  /** How many retries follow a failed first attempt; 3 means up to 4 executions. */
  public TaskRequest maxRetries(int retries) {
    return retryPolicy(
        spec.retryPolicy().maxRetries(retries),
        new Chosen(chosen.retryPolicy(), true, chosen.timeout()));
  }

  /** How often and when a failed attempt is repeated. */
  public TaskRequest retry(RetryPolicy policy) {
    return retryPolicy(
        Given.required(policy, "retry policy"), new Chosen(true, true, chosen.timeout()));
  }

  /** The longest that one execution may take. */
  public TaskRequest timeout(Duration timeout) {
    return timeout(Optional.of(Given.required(timeout, "timeout")));
  }

  /** An execution may take as long as it likes. */
  public TaskRequest noTimeout() {
    return timeout(Optional.empty());
  }

  /** Its id, drawn by the program: to enqueue the same id again changes nothing. */
  public TaskRequest id(TaskId id) {
    return new TaskRequest(call, spec, Optional.of(Given.required(id, "id")), due, chosen);
  }

  /** The queue it waits in, 1 to 255 characters; {@link TaskSpec#DEFAULT_QUEUE} by default. */
  public TaskRequest queue(String queue) {
    return with(spec -> spec.queue(Given.required(queue, "queue")));
  }

  /** A head start of that many minutes over others that are due, 0 (the default) to 9. */
  public TaskRequest priority(int priority) {
    return with(spec -> spec.priority(priority));
  }

  /**
   * At most one live task, or series, of a queue has this key, 1 to 255 characters; while it is
   * live, enqueueing another changes nothing and answers with its id.
   */
  public TaskRequest uniqueKey(String key) {
    return with(spec -> spec.uniqueKey(Optional.of(Given.required(key, "unique key"))));
  }

  /** Adds a name and value to find it by; at most 32, of 1 to 255 characters each. */
  public TaskRequest label(String name, String value) {
    Map<String, String> labels = new HashMap<>(spec.labels());
    labels.put(Given.required(name, "label name"), Given.required(value, "label value"));
    return with(spec -> spec.labels(labels));
  }

  /** The method that it runs, unless it is a typed task. */
  Optional<TaskMethod> method() {
    return call.method();
  }

  /**
   * The task to store.
   *
   * @param ids draws an id where the request brings none
   * @throws IllegalArgumentException if the arguments cannot be stored as JSON, or take too much
   */
  NewTask toNewTask(Defaults defaults, JsonCodec codec, Supplier<TaskId> ids) {
    TaskSpec.Builder complete = spec.toBuilder().arguments(call.encode(codec));
    if (!chosen.retryPolicy()) {
      int given = spec.retryPolicy().maxRetries();
      RetryPolicy usual = defaults.retryPolicy();
      complete.retryPolicy(chosen.maxRetries() ? usual.maxRetries(given) : usual);
    }
    if (!chosen.timeout()) {
      complete.timeout(defaults.timeout());
    }
    return NewTask.first(id.orElseGet(ids), complete.build(), due.orElseGet(this::firstDue));
  }

  private Due firstDue() {
    if (spec.schedule() instanceof Schedule.FixedDelay delay) {
      return new Due.After(delay.interval());
    }
    if (spec.schedule() instanceof Schedule.FixedRate rate) {
      return new Due.After(rate.interval());
    }
    return Due.now();
  }

  private TaskRequest due(Due first) {
    return new TaskRequest(call, spec, id, Optional.of(first), chosen);
  }

  private TaskRequest schedule(Schedule schedule) {
    return with(spec -> spec.schedule(schedule));
  }

  private TaskRequest retryPolicy(RetryPolicy policy, Chosen now) {
    return new TaskRequest(call, spec.toBuilder().retryPolicy(policy).build(), id, due, now);
  }

  private TaskRequest timeout(Optional<Duration> timeout) {
    TaskSpec changed = spec.toBuilder().timeout(timeout).build();
    return new TaskRequest(
        call, changed, id, due, new Chosen(chosen.retryPolicy(), chosen.maxRetries(), true));
  }

  private TaskRequest with(UnaryOperator<TaskSpec.Builder> change) {
    return new TaskRequest(call, change.apply(spec.toBuilder()).build(), id, due, chosen);
  }

  @Override
  public String toString() {
    return "TaskRequest[" + call + ", " + spec.queue() + "]";
  }
}
