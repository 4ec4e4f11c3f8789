package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskType;
import dev.omniq.storage.Retention;
import dev.omniq.task.OmniQException;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq bench}. */
@Command(
    name = "bench",
    header = "Measures a store on this machine, in a few seconds.",
    description = {
      "Enqueues tasks that do nothing, one by one and many at once, and runs them: in the queue"
          + " omniq-bench, from which it removes them in the end. It has one process and warms up"
          + " little, so it tells what to expect, not the most that is possible.",
      "Takes no store in which other tasks wait or run, unless it is forced. A store that is not"
          + " there is made."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq bench --store file:/tmp/bench",
      "  omniq bench --store 'jdbc:postgresql://db/shop?user=omniq' --tasks 50000",
      "  omniq bench --json | jq '{what, tasks_per_second}'"
    })
final class BenchCommand implements Callable<Integer> {
  private static final String QUEUE = "omniq-bench";
  private static final TaskType<Integer> TASK = TaskType.of(QUEUE, Integer.class);

  private static final int WARM_UP = 200;
  private static final int AT_ONCE = 1_000;
  private static final Duration ONE_BY_ONE = Duration.ofSeconds(2);
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** It must not remove what other workers keep. */
  private static final Retention EVERYTHING =
      new Retention(Duration.ofDays(36_500), Duration.ofDays(36_500), Long.MAX_VALUE);

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many tasks are enqueued at once; ${DEFAULT-VALUE} by default.")
  private int tasks;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many tasks run at once; ${DEFAULT-VALUE} by default.")
  private int concurrency;

  @Option(names = "--force", description = "Also if other tasks wait or run in the store.")
  private boolean force;

  private final TimeSource time = TimeSource.system();
  private volatile CountDownLatch left = new CountDownLatch(0);

  /** The JSON of a measurement. */
  private record Result(
      String what,
      int tasks,
      double seconds,
      long tasksPerSecond,
      Optional<Double> medianMs,
      Optional<Double> p99Ms) {

    static Result of(String what, int tasks, long nanos) {
      double seconds = Math.max(1, nanos) / 1e9;
      return new Result(
          what,
          tasks,
          rounded(seconds),
          Math.round(tasks / seconds),
          Optional.empty(),
          Optional.empty());
    }

    Result withLatencies(List<Long> nanos) {
      Collections.sort(nanos);
      return new Result(
          what,
          tasks,
          seconds,
          tasksPerSecond,
          Optional.of(rounded(nanos.get(nanos.size() / 2) / 1e6)),
          Optional.of(rounded(nanos.get(nanos.size() * 99 / 100) / 1e6)));
    }

    private static double rounded(double value) {
      return Math.round(value * 1_000) / 1_000.0;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (tasks < 1 || concurrency < 1) {
      throw new ParameterException(
          spec.commandLine(), "--tasks and --concurrency must be 1 or more");
    }
    Settings settings =
        store.settings().toBuilder().retention(EVERYTHING).listener(this::heard).build();
    try (StopSignal stop = StopSignal.install();
        OmniQ omniq = OmniQ.open(settings)) {
      requireNoOthers(omniq);
      removeAll(omniq); // of one that was killed
      try {
        tell(measure(omniq, stop), settings);
      } finally {
        removeAll(omniq);
      }
    }
    return 0;
  }

  private void heard(TaskListener.Transition transition) {
    if (transition.kind() == TaskListener.Kind.SUCCEEDED) {
      left.countDown();
    }
  }

  private void requireNoOthers(OmniQ omniq) {
    long live =
        omniq.stats().queues().entrySet().stream()
            .filter(queue -> !queue.getKey().equals(QUEUE))
            .mapToLong(queue -> live(queue.getValue()))
            .sum();
    if (live > 0 && !force) {
      throw new OmniQException(
          "%,d tasks wait or run in %s, which a measurement would slow down; --force measures all the same"
              .formatted(live, omniq.settings().publicUrl()));
    }
  }

  private static long live(QueueStats.Counts counts) {
    return counts.byStatus().getOrDefault(TaskStatus.PENDING, 0L)
        + counts.byStatus().getOrDefault(TaskStatus.RUNNING, 0L);
  }

  private List<Result> measure(OmniQ omniq, StopSignal stop) throws InterruptedException {
    run(omniq, enqueueOneByOne(omniq, WARM_UP).tasks(), stop);
    Result enqueue = enqueueOneByOne(omniq, Integer.MAX_VALUE);
    Result enqueueAll = enqueueAtOnce(omniq, stop);
    return List.of(enqueue, enqueueAll, run(omniq, enqueue.tasks() + enqueueAll.tasks(), stop));
  }

  private static void requireNotStopped(StopSignal stop) throws InterruptedException {
    if (stop.await(Duration.ZERO)) {
      throw new OmniQException("stopped; the tasks of the measurement are removed");
    }
  }

  private Result enqueueOneByOne(OmniQ omniq, int most) {
    List<Long> latencies = new ArrayList<>();
    long start = time.nanoTime();
    long now = start;
    while (latencies.size() < most && now - start < ONE_BY_ONE.toNanos()) {
      omniq.enqueue(TASK.with(latencies.size()).queue(QUEUE));
      long after = time.nanoTime();
      latencies.add(after - now);
      now = after;
    }
    return Result.of("enqueue", latencies.size(), now - start).withLatencies(latencies);
  }

  private Result enqueueAtOnce(OmniQ omniq, StopSignal stop) throws InterruptedException {
    long start = time.nanoTime();
    for (int done = 0; done < tasks; done += AT_ONCE) {
      requireNotStopped(stop);
      int count = Math.min(AT_ONCE, tasks - done);
      omniq.enqueueAll(Collections.nCopies(count, TASK.with(done).queue(QUEUE)));
    }
    return Result.of("enqueue_all", tasks, time.nanoTime() - start);
  }

  /** So many as wait; the time ends when the last outcome is stored. */
  private Result run(OmniQ omniq, int count, StopSignal stop) throws InterruptedException {
    left = new CountDownLatch(count);
    long start = time.nanoTime();
    try (Worker worker =
        omniq.worker().concurrency(concurrency).queues(QUEUE).handle(TASK, nothing -> {}).build()) {
      worker.start();
      while (!left.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        requireNotStopped(stop);
      }
      return Result.of("run", count, time.nanoTime() - start);
    }
  }

  /** Of an interrupted measurement too; many at once, for they share durable writes. */
  private static void removeAll(OmniQ omniq) {
    TaskQuery own = TaskQuery.all().queue(QUEUE).limit(AT_ONCE);
    List<Task> page = omniq.tasks(own);
    while (!page.isEmpty()) {
      CompletableFuture.allOf(
              page.stream()
                  .map(task -> omniq.async().delete(task.id()))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
      page = omniq.tasks(own.after(page.get(page.size() - 1).id()));
    }
  }

  private void tell(List<Result> results, Settings settings) {
    if (output.json()) {
      results.forEach(output::jsonLine);
      return;
    }
    var table = new TextTable(1, 2, 3, 4, 5);
    table.row(output.style().bold(), "", "TASKS", "SECONDS", "TASKS/S", "MEDIAN", "99 %");
    for (Result result : results) {
      table.row(
          text(result.what()),
          String.format(Locale.ROOT, "%,d", result.tasks()),
          String.format(Locale.ROOT, "%.2f", result.seconds()),
          String.format(Locale.ROOT, "%,d", result.tasksPerSecond()),
          milliseconds(result.medianMs()),
          milliseconds(result.p99Ms()));
    }
    output.lines(table.lines());
    output.line("");
    output.line("Measured on " + settings.publicUrl() + "; its tasks are removed.");
  }

  private String text(String what) {
    return switch (what) {
      case "enqueue" -> "enqueue, one after the other";
      case "enqueue_all" -> String.format(Locale.ROOT, "enqueue, %,d at once", AT_ONCE);
      default -> "run, " + concurrency + " at once";
    };
  }

  private static String milliseconds(Optional<Double> value) {
    return value.map(ms -> String.format(Locale.ROOT, "%.2f ms", ms)).orElse("-");
  }
}
