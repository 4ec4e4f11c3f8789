package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.codec.TaskMethod;
import dev.omniq.task.TaskSpec;
import dev.omniq.worker.Worker;
import dev.omniq.worker.WorkerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq worker}. */
@Command(
    name = "worker",
    header = "Runs tasks of your classes, until Ctrl-C or SIGTERM.",
    description = {
      "Runs the methods that are marked by @OmniTask of the classes that --tasks names, or else of"
          + " those that the jars name in their manifests (OmniQ-Tasks). What is stored never"
          + " decides which code runs. For instance methods one object is made of each class.",
      "Ends in order: running tasks are waited for, then interrupted and given back, so that none is"
          + " left RUNNING. A store that is not there is made."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq worker --classpath shop.jar --tasks com.example.Mail,com.example.Reports",
      "  omniq worker --classpath 'shop.jar:lib/*' --queue mail=2 --queue default --concurrency 8",
      "  omniq worker --classpath target/classes --tasks com.example.Mail --json"
    })
final class WorkerCommand implements Callable<Integer> {
  /** To interrupt handlers, to give tasks back and to close the store. */
  private static final Duration LAST_STEPS = Duration.ofSeconds(30);

  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--classpath",
      required = true,
      paramLabel = "PATH",
      description =
          "Jars, directories of classes, and directories of jars (DIR/*), as Java has it.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private String classPath;

  @Option(
      names = "--tasks",
      paramLabel = "CLASS",
      split = ",",
      description = "The classes, by their full names; by default those that jars name.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description =
          "So many tasks at once; by default as many as there are processors, at least 2.")
  private @Nullable Integer concurrency;

  @Option(
      names = "--queue",
      paramLabel = "QUEUE[=N]",
      mapFallbackValue = "" + WorkerOptions.MAX_CONCURRENCY,
      description =
          "Takes from this queue, at most N of its tasks at once; can be given several times."
              + " default by default.")
  private Map<String, Integer> queues = new LinkedHashMap<>();

  @Option(
      names = "--poll-interval",
      paramLabel = "DURATION",
      description = "The longest time between two looks for due tasks; PT1S by default.")
  private @Nullable Duration pollInterval;

  @Option(
      names = "--lease",
      paramLabel = "DURATION",
      description =
          "After which time others take over what it ran, should it die; PT30S by default.")
  private @Nullable Duration lease;

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "DURATION",
      defaultValue = "PT30S",
      description = "How long running tasks may go on at the end; ${DEFAULT-VALUE} by default.")
  @SuppressWarnings("NullAway.Init") // picocli sets what has a default
  private Duration shutdownTimeout;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var tell = new WorkerOutput(output);
    Settings settings = store.settings().toBuilder().listener(tell).build();
    PrintStream out = System.out;
    if (output.json()) {
      System.setOut(System.err); // what handlers print is not for programs
    }
    try (StopSignal stop = StopSignal.install(shutdownTimeout.plus(LAST_STEPS));
        TaskClasses classes = classes();
        OmniQ omniq = OmniQ.open(settings)) {
      // The threads of handlers inherit it.
      Thread.currentThread().setContextClassLoader(classes.loader());
      try (Worker worker = worker(omniq, classes)) {
        tell.started(worker.name(), where(settings), names(classes));
        worker.start();
        stop.await();
        tell.stopping();
      }
      tell.stopped();
    } finally {
      System.setOut(out);
    }
    return 0;
  }

  private TaskClasses classes() throws IOException {
    try {
      return TaskClasses.load(classPath, names);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Worker worker(OmniQ omniq, TaskClasses classes) {
    try {
      var builder = omniq.worker().tasks(classes.all()).instances(classes::instance);
      builder.queues(queues).shutdownTimeout(shutdownTimeout);
      if (concurrency != null) {
        builder.concurrency(concurrency);
      }
      if (pollInterval != null) {
        builder.pollInterval(pollInterval);
      }
      if (lease != null) {
        builder.lease(lease);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private String where(Settings settings) {
    String from = queues.isEmpty() ? TaskSpec.DEFAULT_QUEUE : String.join(", ", queues.keySet());
    return (queues.size() > 1 ? "queues " : "queue ") + from + " of " + settings.publicUrl();
  }

  private static List<String> names(TaskClasses classes) {
    return classes.methods().stream().map(TaskMethod::name).sorted().toList();
  }
}
