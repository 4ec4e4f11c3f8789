package dev.omniq.task;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be done and how: the part of a task that never changes and that every run of a series
 * shares.
 *
 * @param name the name under which a worker finds the handler
 * @param arguments a JSON array with one element for each parameter of the handler
 * @param queue the queue it waits in
 * @param priority a head start of that many minutes, 0 to 9
 * @param schedule whether it repeats
 * @param uniqueKey at most one live task of a queue holds a key
 * @param retryPolicy what happens when an attempt fails
 * @param timeout the longest an execution may take; empty for no limit
 * @param labels free names and values to find tasks by
 */
public record TaskSpec(
    String name,
    String arguments,
    String queue,
    int priority,
    Schedule schedule,
    Optional<String> uniqueKey,
    RetryPolicy retryPolicy,
    Optional<Duration> timeout,
    Map<String, String> labels) {

  /** The queue of a task that names none. */
  public static final String DEFAULT_QUEUE = "default";

  /** The highest priority. */
  public static final int MAX_PRIORITY = 9;

  /** Names of tasks and queues, unique keys, labels: at most this many characters. */
  public static final int MAX_TEXT = 255;

  /** The most labels that a task may carry. */
  public static final int MAX_LABELS = 32;

  private static final Optional<Duration> DEFAULT_TIMEOUT = Optional.of(Duration.ofMinutes(5));

  /** Checks every value; the message names the value and what is allowed. */
  public TaskSpec {
    requireText("task name", name);
    Objects.requireNonNull(arguments, "arguments");
    requireText("queue", queue);
    if (priority < 0 || priority > MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "priority must be between 0 and " + MAX_PRIORITY + ", but is " + priority);
    }
    Objects.requireNonNull(schedule, "schedule");
    uniqueKey.ifPresent(key -> requireText("unique key", key));
    Objects.requireNonNull(retryPolicy, "retryPolicy");
    timeout.ifPresent(TaskSpec::requireTimeout);
    labels = Map.copyOf(labels);
    if (labels.size() > MAX_LABELS) {
      throw new IllegalArgumentException(
          "a task may carry at most " + MAX_LABELS + " labels, but has " + labels.size());
    }
    labels.forEach(
        (label, value) -> {
          requireText("label name", label);
          requireText("value of label '" + label + "'", value);
        });
  }

  /** A task that runs once, with the defaults of the library. */
  public static TaskSpec of(String name, String arguments) {
    return new TaskSpec(
        name,
        arguments,
        DEFAULT_QUEUE,
        0,
        Schedule.once(),
        Optional.empty(),
        RetryPolicy.defaults(),
        DEFAULT_TIMEOUT,
        Map.of());
  }

  /** A copy to change. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Checks the name of a task where it is given, before there is a task.
   *
   * @throws IllegalArgumentException if it is blank, too long, or has control characters
   */
  public static String requireName(String name) {
    requireText("task name", name);
    return name;
  }

  private static void requireTimeout(Duration timeout) {
    if (timeout.compareTo(Times.MICRO) < 0 || timeout.compareTo(Times.MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          "timeout must be positive and at most "
              + Times.MAX_DURATION
              + ", but is "
              + timeout
              + "; use noTimeout() for none");
    }
  }

  private static void requireText(String what, String text) {
    Objects.requireNonNull(text, what);
    if (text.isBlank() || text.length() > MAX_TEXT) {
      String shown = Texts.cut(text, 60);
      throw new IllegalArgumentException(
          what
              + " must have 1 to "
              + MAX_TEXT
              + " characters and not be blank, but is '"
              + shown
              + "' ("
              + text.length()
              + " characters)");
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new IllegalArgumentException(
            what + " must not contain control characters, but has one at index " + i);
      }
    }
    if (!Texts.isWellFormed(text)) {
      throw new IllegalArgumentException(
          what + " must be well-formed Unicode, but has half of a surrogate pair");
    }
  }

  /** Collects the values of a {@link TaskSpec}; not safe for use by several threads. */
  public static final class Builder {
    private String name;
    private String arguments;
    private String queue;
    private int priority;
    private Schedule schedule;
    private Optional<String> uniqueKey;
    private RetryPolicy retryPolicy;
    private Optional<Duration> timeout;
    private Map<String, String> labels;

    private Builder(TaskSpec from) {
      name = from.name;
      arguments = from.arguments;
      queue = from.queue;
      priority = from.priority;
      schedule = from.schedule;
      uniqueKey = from.uniqueKey;
      retryPolicy = from.retryPolicy;
      timeout = from.timeout;
      labels = from.labels;
    }

    /** Sets {@link TaskSpec#name}. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Sets {@link TaskSpec#arguments}. */
    public Builder arguments(String json) {
      arguments = json;
      return this;
    }

    /** Sets {@link TaskSpec#queue}. */
    public Builder queue(String value) {
      queue = value;
      return this;
    }

    /** Sets {@link TaskSpec#priority}. */
    public Builder priority(int value) {
      priority = value;
      return this;
    }

    /** Sets {@link TaskSpec#schedule}. */
    public Builder schedule(Schedule value) {
      schedule = value;
      return this;
    }

    /** Sets {@link TaskSpec#uniqueKey}. */
    public Builder uniqueKey(Optional<String> value) {
      uniqueKey = value;
      return this;
    }

    /** Sets {@link TaskSpec#retryPolicy}. */
    public Builder retryPolicy(RetryPolicy value) {
      retryPolicy = value;
      return this;
    }

    /** Sets {@link TaskSpec#timeout}. */
    public Builder timeout(Optional<Duration> value) {
      timeout = value;
      return this;
    }

    /** Sets {@link TaskSpec#labels}. */
    public Builder labels(Map<String, String> value) {
      labels = value;
      return this;
    }

    /** Checks all values and makes the spec. */
    public TaskSpec build() {
      return new TaskSpec(
          name, arguments, queue, priority, schedule, uniqueKey, retryPolicy, timeout, labels);
    }
  }
}
