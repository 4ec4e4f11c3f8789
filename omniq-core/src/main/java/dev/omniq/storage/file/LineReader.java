package dev.omniq.storage.file;

import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads lines of the journal, by pulling their tokens: no tree, and the arguments are taken as the
 * bytes that stand there. Keys that it does not know are skipped, so that a later version may add
 * some. The inverse of {@link LineWriter}.
 *
 * <p>One parser reads all lines of a group: to make it costs as much as to read a line. Not
 * thread-safe.
 */
final class LineReader implements AutoCloseable {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final byte[] bytes;
  private final int start;
  private final int end;
  private final JsonParser parser;

  private int lineStart;
  private int nextStart;

  /**
   * A reader of the lines that stand in a part of an array, each but the last with a line break
   * behind it.
   */
  LineReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.nextStart = start;
    this.parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, start, end - start);
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Line read(byte[] bytes, int start, int length) {
    try (var reader = new LineReader(bytes, start, start + length)) {
      return reader.next();
    }
  }

  boolean hasNext() {
    return nextStart < end;
  }

  /**
   * Reads the next line.
   *
   * @throws IllegalArgumentException if it is none; then nothing more can be read
   */
  Line next() {
    lineStart = nextStart;
    try {
      parser.nextToken();
      if (!"op".equals(parser.nextName())) {
        throw new IllegalArgumentException("a line begins with its op");
      }
      parser.nextToken();
      Line line = line(parser.getString());
      int lineEnd = start + (int) parser.currentLocation().getByteOffset();
      if (lineEnd != end && bytes[lineEnd] != '\n') {
        throw new IllegalArgumentException("more than a line of a journal: " + this);
      }
      nextStart = lineEnd + 1;
      return line;
    } catch (JacksonException | NullPointerException | java.time.DateTimeException e) {
      throw new IllegalArgumentException("not a line of a journal: " + this, e);
    }
  }

  /** Where the line in the array begins that was read last, or that could not be read. */
  int start() {
    return lineStart;
  }

  /** The length of the line that was read last, without a line break. */
  int length() {
    return nextStart - 1 - lineStart;
  }

  @Override
  public void close() {
    parser.close();
  }

  private Line line(String op) {
    return switch (op) {
      case "add" -> add();
      case "set" -> set();
      case "claim" -> claims();
      case "note" -> note();
      case "del" -> delete();
      case "open", "close" -> openOrClose(op);
      default -> throw new IllegalArgumentException("unknown op '" + op + "'");
    };
  }

  /** Goes to the next key and its value; null at the end of the object. */
  private @Nullable String key() {
    String name = parser.nextName();
    if (name != null) {
      parser.nextToken();
    }
    return name;
  }

  private Line.Add add() {
    long sequence = 0;
    TaskId id = null;
    Instant at = null;
    Instant planned = null;
    TaskId series = null;
    int run = 1;
    TaskState state = null;
    Line.Claim claim = null;
    var spec = new SpecParts();
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "seq" -> sequence = parser.getLongValue();
        case "id" -> id = id();
        case "at" -> at = time();
        case "planned" -> planned = time();
        case "series" -> series = id();
        case "run" -> run = parser.getIntValue();
        case "state" -> state = state();
        case "claim" -> claim = claim();
        default -> spec(key, spec);
      }
    }
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(at, "at");
    Instant plannedAt = planned == null ? at : planned;
    return new Line.Add(
        sequence,
        new Task(
            id,
            spec.build(),
            series == null ? id : series,
            run,
            at,
            plannedAt,
            state == null ? TaskState.pending(plannedAt) : state),
        Optional.ofNullable(claim));
  }

  /** What a {@link TaskSpec} is made of, with what is usual where the line does not tell. */
  private static final class SpecParts {
    @Nullable String name;
    @Nullable String arguments;
    String queue = LineWriter.Usual.QUEUE;
    int priority;
    Schedule schedule = Schedule.once();
    @Nullable String key;
    RetryPolicy retry = LineWriter.Usual.RETRY;
    Optional<Duration> timeout = Optional.of(LineWriter.Usual.TIMEOUT);
    Map<String, String> labels = Map.of();

    TaskSpec build() {
      return new TaskSpec(
          present(name),
          present(arguments),
          queue,
          priority,
          schedule,
          Optional.ofNullable(key),
          retry,
          timeout,
          labels);
    }
  }

  private void spec(String key, SpecParts spec) {
    switch (key) {
      case "name" -> spec.name = parser.getString();
      case "args" -> spec.arguments = raw();
      case "argsText" -> spec.arguments = parser.getString();
      case "queue" -> spec.queue = parser.getString();
      case "priority" -> spec.priority = parser.getIntValue();
      case "interval" -> spec.schedule = new Schedule.FixedDelay(duration());
      case "rate" -> spec.schedule = new Schedule.FixedRate(duration());
      case "key" -> spec.key = parser.getString();
      case "retry" -> spec.retry = retry();
      case "timeout" -> spec.timeout = timeout();
      case "labels" -> spec.labels = labels();
      default -> parser.skipChildren();
    }
  }

  private Optional<Duration> timeout() {
    return parser.currentToken() == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(duration());
  }

  private RetryPolicy retry() {
    RetryPolicy usual = LineWriter.Usual.RETRY;
    int max = usual.maxRetries();
    Duration first = usual.firstDelay();
    double multiplier = usual.multiplier();
    Duration longest = usual.maxDelay();
    double jitter = usual.jitter();
    List<String> never = List.of();
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "max" -> max = parser.getIntValue();
        case "first" -> first = duration();
        case "times" -> multiplier = parser.getDoubleValue();
        case "longest" -> longest = duration();
        case "jitter" -> jitter = parser.getDoubleValue();
        case "never" -> never = strings();
        default -> parser.skipChildren();
      }
    }
    return new RetryPolicy(max, first, multiplier, longest, jitter, never);
  }

  private Line.Claim claim() {
    long token = 0;
    long first = 0;
    Duration lease = Duration.ZERO;
    long owner = 0;
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "token" -> token = parser.getLongValue();
        case "first" -> first = parser.getLongValue();
        case "lease" -> lease = duration();
        case "owner" -> owner = parser.getLongValue();
        default -> parser.skipChildren();
      }
    }
    return new Line.Claim(token, first, lease, owner);
  }

  private Line.Claims claims() {
    String worker = null;
    long first = 0;
    Instant at = null;
    Duration lease = Duration.ZERO;
    long owner = 0;
    List<TaskId> ids = List.of();
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "worker" -> worker = parser.getString();
        case "first" -> first = parser.getLongValue();
        case "at" -> at = time();
        case "lease" -> lease = duration();
        case "owner" -> owner = parser.getLongValue();
        case "ids" -> ids = ids();
        default -> parser.skipChildren();
      }
    }
    return new Line.Claims(present(worker), first, present(at), lease, owner, ids);
  }

  private Line.Set set() {
    TaskId id = null;
    TaskState state = null;
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "id" -> id = id();
        case "state" -> state = state();
        default -> parser.skipChildren();
      }
    }
    return new Line.Set(present(id), present(state));
  }

  private Line.Note note() {
    TaskId id = null;
    Notes notes = Notes.NONE;
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "id" -> id = id();
        case "notes" -> notes = notes();
        default -> parser.skipChildren();
      }
    }
    return new Line.Note(present(id), notes);
  }

  private Line.Delete delete() {
    List<TaskId> ids = List.of();
    for (String key = key(); key != null; key = key()) {
      if (key.equals("ids")) {
        ids = ids();
      } else {
        parser.skipChildren();
      }
    }
    return new Line.Delete(ids);
  }

  private Line openOrClose(String op) {
    long owner = 0;
    Instant at = null;
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "owner" -> owner = parser.getLongValue();
        case "at" -> at = time();
        default -> parser.skipChildren();
      }
    }
    return op.equals("open") ? new Line.Open(owner, present(at)) : new Line.Close(present(at));
  }

  private TaskState state() {
    TaskState.Builder state = TaskState.pending(Instant.EPOCH).toBuilder();
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "status" -> state.status(TaskStatus.valueOf(parser.getString()));
        case "rev" -> state.revision(parser.getIntValue());
        case "due" -> state.dueAt(time());
        case "attempt" -> state.attempt(parser.getIntValue());
        case "losses" -> state.losses(parser.getIntValue());
        case "started" -> state.startedAt(time());
        case "finished" -> state.finishedAt(Optional.of(time()));
        case "worker" -> state.worker(parser.getString());
        case "errors" -> state.errors(errors());
        case "result" -> state.result(Optional.of(raw()));
        case "resultText" -> state.result(Optional.of(parser.getString()));
        case "notes" -> state.notes(notes());
        case "detached" -> state.detached(parser.getBooleanValue());
        default -> parser.skipChildren();
      }
    }
    return state.build();
  }

  private List<TaskError> errors() {
    var errors = new ArrayList<TaskError>(TaskState.MAX_ERRORS);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      errors.add(error());
    }
    return errors;
  }

  private TaskError error() {
    TaskError.Type type = TaskError.Type.RUNTIME;
    String message = "";
    Optional<String> exception = Optional.empty();
    Optional<String> trace = Optional.empty();
    int attempt = 0;
    Instant at = null;
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "type" -> type = TaskError.Type.valueOf(parser.getString());
        case "message" -> message = parser.getString();
        case "exception" -> exception = Optional.of(parser.getString());
        case "trace" -> trace = Optional.of(parser.getString());
        case "attempt" -> attempt = parser.getIntValue();
        case "at" -> at = time();
        default -> parser.skipChildren();
      }
    }
    return new TaskError(type, message, exception, trace, attempt, present(at));
  }

  private Notes notes() {
    var log = new ArrayList<Notes.LogLine>();
    double fraction = -1;
    String message = "";
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "log" -> {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            log.add(logLine());
          }
        }
        case "progress" -> fraction = parser.getDoubleValue();
        case "message" -> message = parser.getString();
        default -> parser.skipChildren();
      }
    }
    return new Notes(
        fraction < 0 ? Optional.empty() : Optional.of(new Notes.Progress(fraction, message)), log);
  }

  private Notes.LogLine logLine() {
    Instant at = null;
    String text = "";
    for (String key = key(); key != null; key = key()) {
      switch (key) {
        case "at" -> at = time();
        case "text" -> text = parser.getString();
        default -> parser.skipChildren();
      }
    }
    return new Notes.LogLine(present(at), text);
  }

  private Map<String, String> labels() {
    var labels = new HashMap<String, String>();
    for (String key = key(); key != null; key = key()) {
      labels.put(key, parser.getString());
    }
    return labels;
  }

  private List<String> strings() {
    var strings = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      strings.add(parser.getString());
    }
    return strings;
  }

  private List<TaskId> ids() {
    var ids = new ArrayList<TaskId>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      ids.add(id());
    }
    return ids;
  }

  /** The value at hand as the text that stands in the line. */
  private String raw() {
    int from = start + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      parser.getStringLength(); // strings are read lazily: go to their end
    }
    int to = start + (int) parser.currentLocation().getByteOffset();
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private Duration duration() {
    return Duration.parse(parser.getString());
  }

  private Instant time() {
    return IsoTime.parse(
        parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
  }

  private TaskId id() {
    return new TaskId(UUID.fromString(parser.getString()));
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("a key is missing");
    }
    return value;
  }

  @Override
  public String toString() {
    int length = Math.min(end - lineStart, 200);
    return new String(bytes, lineStart, length, StandardCharsets.UTF_8);
  }
}
