package dev.omniq;

import dev.omniq.codec.Handlers;
import dev.omniq.codec.InstanceProvider;
import dev.omniq.codec.TypedFunction;
import dev.omniq.codec.TypedHandler;
import dev.omniq.task.TaskSpec;
import dev.omniq.worker.Execution;
import dev.omniq.worker.HandlerScope;
import dev.omniq.worker.Worker;
import dev.omniq.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Configures a worker. What it registers is known to its {@link OmniQ} from then on. Not safe for
 * use by several threads.
 */
public final class WorkerBuilder {
  private final OmniQ omniq;
  private final List<Consumer<Handlers>> registrations = new ArrayList<>();
  private final Map<String, Integer> queues = new LinkedHashMap<>();
  private int concurrency = Math.max(2, Runtime.getRuntime().availableProcessors());
  private Duration pollInterval = Duration.ofSeconds(1);
  private Duration lease = Duration.ofSeconds(30);
  private Duration shutdownTimeout = Duration.ofSeconds(30);
  private Optional<Executor> executor = Optional.empty();

  WorkerBuilder(OmniQ omniq) {
    this.omniq = omniq;
  }

  /** At most this many handlers run at once; as many as there are processors by default. */
  public WorkerBuilder concurrency(int handlers) {
    concurrency = handlers;
    return this;
  }

  /**
   * The longest time between two looks for due tasks, one second by default. Due times and wake-ups
   * end a sleep before, so a longer interval makes nothing late on the stores that are shipped.
   */
  public WorkerBuilder pollInterval(Duration interval) {
    pollInterval = Given.required(interval, "the poll interval");
    return this;
  }

  /** Takes from these queues instead of the default queue. */
  public WorkerBuilder queues(String... names) {
    for (String name : Given.required(names, "the names of queues")) {
      queue(name, WorkerOptions.MAX_CONCURRENCY);
    }
    return this;
  }

  /** Takes from these queues, running at most so many handlers of each at once. */
  public WorkerBuilder queues(Map<String, Integer> concurrencyByQueue) {
    Given.required(concurrencyByQueue, "the queues").forEach(this::queue);
    return this;
  }

  private void queue(String name, int atMost) {
    queues.put(Given.required(name, "the name of a queue"), atMost);
  }

  /**
   * How long a claim holds unless it is renewed, which the worker does all the time; 30 s by
   * default. A lost worker's tasks are taken over within this time and two seconds.
   */
  public WorkerBuilder lease(Duration duration) {
    lease = Given.required(duration, "the lease");
    return this;
  }

  /** How long {@code close()} lets handlers finish before it interrupts them; 30 s by default. */
  public WorkerBuilder shutdownTimeout(Duration timeout) {
    shutdownTimeout = Given.required(timeout, "the shutdown timeout");
    return this;
  }

  /**
   * Registers the methods of these classes that are marked with {@code @OmniTask}, when the worker
   * is made; a class that has none, or one that cannot be a task, is refused then.
   */
  public WorkerBuilder tasks(Class<?>... classes) {
    registrations.add(handlers -> List.of(classes).forEach(handlers::register));
    return this;
  }

  /** Registers a handler for a typed task. */
  public <T> WorkerBuilder handle(TaskType<T> type, TypedHandler<T> handler) {
    registrations.add(handlers -> handlers.register(type.names(), type.payload(), handler));
    return this;
  }

  /** Registers a handler that returns a result, or a {@code CompletionStage} of one. */
  public <T> WorkerBuilder handleReturning(TaskType<T> type, TypedFunction<T> handler) {
    registrations.add(
        handlers -> handlers.registerReturning(type.names(), type.payload(), handler));
    return this;
  }

  /** Where the objects of instance methods come from: a Spring context, a map, a lambda. */
  public WorkerBuilder instances(InstanceProvider provider) {
    registrations.add(0, handlers -> handlers.instances(provider));
    return this;
  }

  /**
   * Runs handlers on this executor, which is never shut down, instead of virtual threads (JDK 21
   * and later) or a pool of the worker's own. It should take as many as the worker's concurrency: a
   * task that it refuses is given back, and the worker claims nothing for a second.
   */
  public WorkerBuilder executor(Executor handlerExecutor) {
    executor = Optional.of(handlerExecutor);
    return this;
  }

  /**
   * Makes the worker and starts it.
   *
   * @throws IllegalArgumentException if a value is out of bounds, nothing is registered, or what is
   *     registered cannot be a task
   */
  public Worker start() {
    return build().start();
  }

  /** Makes the worker without starting it; see {@link Worker#runDue()}. */
  public Worker build() {
    registrations.forEach(registration -> registration.accept(omniq.handlers()));
    registrations.clear();
    if (omniq.handlers().names().isEmpty()) {
      throw new IllegalArgumentException(
          "nothing is registered; give the worker tasks(Class...) or handle(TaskType, handler)");
    }
    if (queues.isEmpty()) {
      queue(TaskSpec.DEFAULT_QUEUE, WorkerOptions.MAX_CONCURRENCY);
    }
    var options =
        new WorkerOptions(
            concurrency,
            pollInterval,
            queues,
            lease,
            shutdownTimeout,
            omniq.settings().retention());
    var parts =
        new Worker.Parts(
            incarnation(),
            omniq.queue(),
            omniq.handlers(),
            scope(),
            omniq.settings().timeSource(),
            executor);
    return omniq.register(new Worker(parts, options));
  }

  private HandlerScope scope() {
    return (Execution execution, Callable<@Nullable Object> handler) -> {
      TaskContext.bind(new TaskContext(omniq, execution));
      try {
        return omniq.interceptors().around(execution.task(), handler);
      } finally {
        TaskContext.unbind();
      }
    };
  }

  /** Never the same twice: the host and process for people, and 64 random bits for certainty. */
  private static String incarnation() {
    String host = System.getenv("HOSTNAME");
    return "%s-%d-%s"
        .formatted(
            host == null || host.isBlank() ? "worker" : host.strip(),
            ProcessHandle.current().pid(),
            Long.toHexString(UUID.randomUUID().getMostSignificantBits()));
  }
}
