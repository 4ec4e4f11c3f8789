package dev.omniq.cli;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.task.Enqueued;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq demo}: the complete example of the scheduling tutorial. */
@Command(
    name = "demo",
    header = "Runs a delayed and a repeating task, and tells how late each run was.",
    description = {
      "A task 5 seconds ahead and a task every 2 seconds, one worker, 11 seconds.",
      "A second start finds the repeating task of the first and goes on with its series.",
      "Ctrl-C ends it in order, with exit code 130 (143 for SIGTERM): no task is left RUNNING."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq demo",
      "  omniq demo --seconds 60 --store file:/tmp/omniq_demo",
      "  omniq demo --json                              one line for each run"
    })
final class DemoCommand implements Callable<Integer> {
  private static final String NAME = DemoItems.class.getName() + "#processItem";
  private static final String INTERVAL_ITEM = "interval-item";

  /** Its own, so that the programs of the tutorials may use the same directory. */
  private static final String KEY = "omniq-demo";

  private static final int LONGEST_LIST = 20;

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "11",
      description = "How long the worker runs; ${DEFAULT-VALUE} by default.")
  private int seconds;

  @Override
  public Integer call() throws InterruptedException {
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be 1 or more, but is " + seconds);
    }
    TimeSource time = TimeSource.system();
    DemoOutput tell = output.json() ? new DemoOutput.Lines(output) : new DemoText(output, time);
    try (StopSignal stop = StopSignal.install()) {
      Settings settings = store.settings();
      warmUp(time);
      try (OmniQ omniq = OmniQ.open(settings)) {
        schedule(omniq, tell);
        tell.starting();
        boolean early = work(omniq, new DemoItems(time, tell::ran), stop);
        tell.ended(early, omniq.tasks(TaskQuery.all().name(NAME).limit(LONGEST_LIST)), settings);
      }
    }
    return 0;
  }

  /** Runs the worker for its time, or until a signal: whether there was one. */
  private boolean work(OmniQ omniq, DemoItems items, StopSignal stop) throws InterruptedException {
    try (Worker worker = worker(omniq, items)) {
      return stop.await(Duration.ofSeconds(seconds));
    }
  }

  private static Worker worker(OmniQ omniq, DemoItems items) {
    return omniq.worker().concurrency(1).tasks(DemoItems.class).instances(type -> items).start();
  }

  /**
   * A JVM loads and links classes when they are first used, which would make the first runs late by
   * some milliseconds of its own. So a run goes through a store in memory before.
   */
  private static void warmUp(TimeSource time) {
    try (OmniQ omniq = OmniQ.open("memory:");
        Worker worker = worker(omniq, new DemoItems(time, run -> Json.line(run)))) {
      TaskId id = omniq.enqueue(task(DemoItems.class, DemoItems::processItem, "warm-up"));
      omniq.await(id, Duration.ofSeconds(10));
    }
  }

  private static void schedule(OmniQ omniq, DemoOutput tell) {
    Instant delayed = omniq.settings().timeSource().now().plusSeconds(5);
    Enqueued repeating =
        omniq.enqueueIfAbsent(
            task(DemoItems.class, DemoItems::processItem, INTERVAL_ITEM)
                .interval(Duration.ofSeconds(2))
                .uniqueKey(KEY));
    Task run = live(omniq, repeating.id());
    if (!run.name().equals(NAME)) {
      throw new OmniQException(
          "task %s (%s) of another program holds the unique key '%s' in this store; choose another"
                  .formatted(run.id(), run.name(), KEY)
              + " store with --store");
    }
    omniq.enqueue(task(DemoItems.class, DemoItems::processItem, "delayed-item").eta(delayed));
    tell.scheduled(run, repeating.created());
  }

  private static Task live(OmniQ omniq, TaskId id) {
    return omniq
        .task(id)
        .orElseThrow(() -> new OmniQException("task " + id + " was deleted meanwhile"));
  }
}
