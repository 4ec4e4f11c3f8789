package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.task.Enqueued;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;

/** {@code omniq enqueue}. */
@Command(
    name = "enqueue",
    header = "Enqueues a task by its name.",
    description = {
      "Whether the arguments suit the handler shows only when it runs. Prints the id of the task.",
      "The store must be there: a mistyped one is not made."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq enqueue com.example.Reports#generate '\"daily\"' 17",
      "  omniq enqueue mail '{\"to\": \"ada\"}' --delay PT10M --label customer=17",
      "  omniq enqueue cleanup --interval PT1H --unique-key cleanup"
    })
final class EnqueueCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "The stored name of the task.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private String name;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "Its arguments, each as JSON: a text is written '\"daily\"'.")
  private List<String> arguments = new ArrayList<>();

  @ArgGroup private @Nullable First first;
  @ArgGroup private @Nullable Repeat repeat;

  /** When it runs first. */
  static final class First {
    @Option(
        names = "--eta",
        paramLabel = "TIME",
        description = "When it is due, such as 2026-11-23T09:30:00Z; at once by default.")
    private @Nullable Instant eta;

    @Option(
        names = "--delay",
        paramLabel = "DURATION",
        description = "After which time it is due, such as PT10M.")
    private @Nullable Duration delay;
  }

  /** How it repeats. */
  static final class Repeat {
    @Option(
        names = "--interval",
        paramLabel = "DURATION",
        description = "Again so long after the end of each run.")
    private @Nullable Duration interval;

    @Option(
        names = "--every",
        paramLabel = "DURATION",
        description = "Again at this rate, however long a run takes.")
    private @Nullable Duration every;
  }

  @Option(names = "--queue", paramLabel = "QUEUE", description = "The queue; default by default.")
  private @Nullable String queue;

  @Option(names = "--priority", paramLabel = "0-9", description = "The priority; 0 by default.")
  private @Nullable Integer priority;

  @Option(names = "--max-retries", paramLabel = "N", description = "How often it is tried again.")
  private @Nullable Integer maxRetries;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "The longest that an attempt may take.")
  private @Nullable Duration timeout;

  @Option(
      names = "--unique-key",
      paramLabel = "KEY",
      description = "At most one live task of a queue has it; if one has, its id is printed.")
  private @Nullable String uniqueKey;

  @Option(
      names = "--label",
      paramLabel = "LABEL=VALUE",
      description = "A label to find it by; can be given several times.")
  private Map<String, String> labels = new LinkedHashMap<>();

  /** What programs read of the answer. */
  private record View(String id, boolean created) {}

  @Override
  public Integer call() {
    TaskRequest request = request();
    Enqueued enqueued;
    try (OmniQ omniq = store.openExisting()) {
      enqueued = omniq.enqueueIfAbsent(request);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (output.json()) {
      output.jsonLine(new View(enqueued.id().toString(), enqueued.created()));
    } else {
      output.line(enqueued.id() + (enqueued.created() ? "" : "  was there before"));
    }
    return 0;
  }

  private TaskRequest request() {
    try {
      List<@Nullable Object> values = new ArrayList<>();
      arguments.forEach(json -> values.add(parsed(json)));
      TaskRequest request = TaskRequest.named(name, values);
      if (first != null) {
        request = first.eta == null ? request.delay(given(first.delay)) : request.eta(first.eta);
      }
      if (repeat != null) {
        request =
            repeat.interval == null
                ? request.everyRate(given(repeat.every))
                : request.interval(repeat.interval);
      }
      request = queue == null ? request : request.queue(queue);
      request = priority == null ? request : request.priority(priority);
      request = maxRetries == null ? request : request.maxRetries(maxRetries);
      request = timeout == null ? request : request.timeout(timeout);
      request = uniqueKey == null ? request : request.uniqueKey(uniqueKey);
      for (Map.Entry<String, String> label : labels.entrySet()) {
        request = request.label(label.getKey(), label.getValue());
      }
      return request;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Of two options of a group one is given. */
  private static Duration given(@Nullable Duration duration) {
    return Objects.requireNonNull(duration);
  }

  private static @Nullable Object parsed(String json) {
    try {
      return Json.value(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the argument '%s' is no JSON; a text is written '\"%s\"'".formatted(json, json), e);
    }
  }
}
