package dev.omniq.storage.file;

import static dev.omniq.storage.file.JsonBuffer.ascii;

import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes the lines of the journal: JSON, one fact each, short because whatever is as usual is left
 * out. What is usual ({@link Usual}) is part of the format and never changes with the library's
 * defaults. {@link LineReader} is its inverse.
 */
final class LineWriter {

  /** What a line that does not tell means. */
  static final class Usual {
    static final String QUEUE = "default";
    static final Duration TIMEOUT = Duration.ofSeconds(300);
    static final RetryPolicy RETRY =
        new RetryPolicy(3, Duration.ofSeconds(1), 2.0, Duration.ofSeconds(60), 0.25, List.of());

    private Usual() {}
  }

  private static final byte[] END = ascii("}\n");
  private static final byte[] IDS = ascii(",\"ids\":[");
  private static final byte[] IDS_END = ascii("]}\n");
  private static final byte[] ADD = ascii("{\"op\":\"add\",\"seq\":");
  private static final byte[] ID = ascii(",\"id\":");
  private static final byte[] AT = ascii(",\"at\":");
  private static final byte[] PLANNED = ascii(",\"planned\":");
  private static final byte[] NAME = ascii(",\"name\":");
  private static final byte[] ARGS = ascii(",\"args\":");
  private static final byte[] ARGS_TEXT = ascii(",\"argsText\":");
  private static final byte[] QUEUE = ascii(",\"queue\":");
  private static final byte[] PRIORITY = ascii(",\"priority\":");
  private static final byte[] INTERVAL = ascii(",\"interval\":");
  private static final byte[] RATE = ascii(",\"rate\":");
  private static final byte[] SERIES = ascii(",\"series\":");
  private static final byte[] RUN = ascii(",\"run\":");
  private static final byte[] KEY = ascii(",\"key\":");
  private static final byte[] RETRY = ascii(",\"retry\":{\"max\":");
  private static final byte[] FIRST_DELAY = ascii(",\"first\":");
  private static final byte[] MULTIPLIER = ascii(",\"times\":");
  private static final byte[] MAX_DELAY = ascii(",\"longest\":");
  private static final byte[] JITTER = ascii(",\"jitter\":");
  private static final byte[] PERMANENT = ascii(",\"never\":[");
  private static final byte[] TIMEOUT = ascii(",\"timeout\":");
  private static final byte[] LABELS = ascii(",\"labels\":{");
  private static final byte[] CLAIMED = ascii(",\"claim\":{\"token\":");
  private static final byte[] LEASE = ascii(",\"lease\":");
  private static final byte[] OWNER = ascii(",\"owner\":");
  private static final byte[] CLAIMS = ascii("{\"op\":\"claim\",\"worker\":");
  private static final byte[] FIRST_TOKEN = ascii(",\"first\":");
  private static final byte[] SET = ascii("{\"op\":\"set\",\"id\":");
  private static final byte[] STATE = ascii(",\"state\":{\"status\":\"");
  private static final byte[] REVISION = ascii("\",\"rev\":");
  private static final byte[] DUE = ascii(",\"due\":");
  private static final byte[] ATTEMPT = ascii(",\"attempt\":");
  private static final byte[] LOSSES = ascii(",\"losses\":");
  private static final byte[] STARTED = ascii(",\"started\":");
  private static final byte[] FINISHED = ascii(",\"finished\":");
  private static final byte[] WORKER = ascii(",\"worker\":");
  private static final byte[] ERRORS = ascii(",\"errors\":[");
  private static final byte[] RESULT = ascii(",\"result\":");
  private static final byte[] RESULT_TEXT = ascii(",\"resultText\":");
  private static final byte[] DETACHED = ascii(",\"detached\":true");
  private static final byte[] ERROR_TYPE = ascii("{\"type\":\"");
  private static final byte[] MESSAGE = ascii("\",\"message\":");
  private static final byte[] EXCEPTION = ascii(",\"exception\":");
  private static final byte[] TRACE = ascii(",\"trace\":");
  private static final byte[] NOTES = ascii(",\"notes\":{\"log\":[");
  private static final byte[] TEXT = ascii(",\"text\":");
  private static final byte[] LOG_AT = ascii("{\"at\":");
  private static final byte[] PROGRESS = ascii("],\"progress\":");
  private static final byte[] PROGRESS_MESSAGE = ascii(",\"message\":");
  private static final byte[] NOTE = ascii("{\"op\":\"note\",\"id\":");
  private static final byte[] DELETE = ascii("{\"op\":\"del\"");
  private static final byte[] OPEN = ascii("{\"op\":\"open\",\"owner\":");
  private static final byte[] CLOSE = ascii("{\"op\":\"close\",\"at\":");

  private LineWriter() {}

  /** Appends a line. */
  static void write(JsonBuffer out, Line line) {
    if (line instanceof Line.Add add) {
      add(out, add.sequence(), add.task(), add.claim());
    } else if (line instanceof Line.Claims claims) {
      claims(out, claims);
    } else if (line instanceof Line.Set set) {
      set(out, set.id(), set.state());
    } else if (line instanceof Line.Note note) {
      note(out, note.id(), note.notes());
    } else if (line instanceof Line.Delete delete) {
      delete(out, delete.ids());
    } else if (line instanceof Line.Open open) {
      open(out, open.owner(), open.at());
    } else if (line instanceof Line.Close close) {
      close(out, close.at());
    }
  }

  /** Appends an {@link Line.Add}. */
  static void add(JsonBuffer out, long sequence, Task task, Optional<Line.Claim> claim) {
    TaskSpec spec = task.spec();
    out.put(ADD).number(sequence).put(ID).uuid(task.id().value());
    out.put(AT).time(task.createdAt());
    if (!task.plannedAt().equals(task.createdAt())) {
      out.put(PLANNED).time(task.plannedAt());
    }
    out.put(NAME).string(spec.name());
    json(out, spec.arguments(), ARGS, ARGS_TEXT);
    if (!spec.queue().equals(Usual.QUEUE)) {
      out.put(QUEUE).string(spec.queue());
    }
    if (spec.priority() != 0) {
      out.put(PRIORITY).number(spec.priority());
    }
    schedule(out, spec.schedule());
    if (!task.seriesId().equals(task.id())) {
      out.put(SERIES).uuid(task.seriesId().value());
    }
    if (task.run() != 1) {
      out.put(RUN).number(task.run());
    }
    if (spec.uniqueKey().isPresent()) {
      out.put(KEY).string(spec.uniqueKey().get());
    }
    retry(out, spec.retryPolicy());
    timeout(out, spec.timeout());
    labels(out, spec);
    if (!isFresh(task)) {
      state(out, task.state());
    }
    if (claim.isPresent()) {
      out.put(CLAIMED).number(claim.get().token());
      out.put(FIRST_TOKEN).number(claim.get().first());
      lease(out, claim.get().lease(), claim.get().owner());
      out.put('}');
    }
    out.put(END);
  }

  /** Appends {@link Line.Claims}. */
  static void claims(JsonBuffer out, Line.Claims claims) {
    out.put(CLAIMS).string(claims.worker()).put(FIRST_TOKEN).number(claims.first());
    out.put(AT).time(claims.at());
    lease(out, claims.lease(), claims.owner());
    ids(out, claims.ids());
  }

  /** Appends a {@link Line.Set}. */
  static void set(JsonBuffer out, TaskId id, TaskState state) {
    out.put(SET).uuid(id.value());
    state(out, state);
    out.put(END);
  }

  /** Appends a {@link Line.Note}. */
  static void note(JsonBuffer out, TaskId id, Notes notes) {
    out.put(NOTE).uuid(id.value());
    notes(out, notes);
    out.put(END);
  }

  /** Appends a {@link Line.Delete}. */
  static void delete(JsonBuffer out, List<TaskId> ids) {
    out.put(DELETE);
    ids(out, ids);
  }

  /** Appends an {@link Line.Open}. */
  static void open(JsonBuffer out, long owner, Instant at) {
    out.put(OPEN).number(owner).put(AT).time(at).put(END);
  }

  /** Whether a line is a {@link Line.Close}, without reading it. */
  static boolean isClose(byte[] bytes, int start, int length) {
    return length > CLOSE.length
        && Arrays.equals(bytes, start, start + CLOSE.length, CLOSE, 0, CLOSE.length);
  }

  /** Appends a {@link Line.Close}. */
  static void close(JsonBuffer out, Instant at) {
    out.put(CLOSE).time(at).put(END);
  }

  /** Whether the state is the one of a task that was just stored, so that nothing need be told. */
  private static boolean isFresh(Task task) {
    TaskState state = task.state();
    return state.revision() == 1
        && state.dueAt().equals(task.plannedAt())
        && state.equals(TaskState.pending(task.plannedAt()));
  }

  private static void json(JsonBuffer out, String text, byte[] asJson, byte[] asText) {
    if (JsonText.isOneLine(text)) {
      out.put(asJson).raw(text);
    } else {
      out.put(asText).string(text);
    }
  }

  private static void ids(JsonBuffer out, List<TaskId> ids) {
    out.put(IDS);
    for (int i = 0; i < ids.size(); i++) {
      comma(out, i);
      out.uuid(ids.get(i).value());
    }
    out.put(IDS_END);
  }

  private static void lease(JsonBuffer out, Duration lease, long owner) {
    out.put(LEASE).string(lease.toString());
    if (owner != 0) {
      out.put(OWNER).number(owner);
    }
  }

  private static void schedule(JsonBuffer out, Schedule schedule) {
    if (schedule instanceof Schedule.FixedDelay delay) {
      out.put(INTERVAL).string(delay.interval().toString());
    } else if (schedule instanceof Schedule.FixedRate rate) {
      out.put(RATE).string(rate.interval().toString());
    }
  }

  private static void retry(JsonBuffer out, RetryPolicy retry) {
    RetryPolicy usual = Usual.RETRY;
    if (retry.equals(usual)) {
      return;
    }
    out.put(RETRY).number(retry.maxRetries());
    if (!retry.firstDelay().equals(usual.firstDelay())) {
      out.put(FIRST_DELAY).string(retry.firstDelay().toString());
    }
    if (retry.multiplier() != usual.multiplier()) {
      out.put(MULTIPLIER).number(retry.multiplier());
    }
    if (!retry.maxDelay().equals(usual.maxDelay())) {
      out.put(MAX_DELAY).string(retry.maxDelay().toString());
    }
    if (retry.jitter() != usual.jitter()) {
      out.put(JITTER).number(retry.jitter());
    }
    if (!retry.permanent().isEmpty()) {
      out.put(PERMANENT);
      for (int i = 0; i < retry.permanent().size(); i++) {
        comma(out, i);
        out.string(retry.permanent().get(i));
      }
      out.put(']');
    }
    out.put('}');
  }

  private static void timeout(JsonBuffer out, Optional<Duration> timeout) {
    if (timeout.isEmpty()) {
      out.put(TIMEOUT).nil();
    } else if (!timeout.get().equals(Usual.TIMEOUT)) {
      out.put(TIMEOUT).string(timeout.get().toString());
    }
  }

  private static void labels(JsonBuffer out, TaskSpec spec) {
    if (spec.labels().isEmpty()) {
      return;
    }
    out.put(LABELS);
    int i = 0;
    for (var label : spec.labels().entrySet()) {
      comma(out, i++);
      out.string(label.getKey()).put(':').string(label.getValue());
    }
    out.put('}');
  }

  private static void state(JsonBuffer out, TaskState state) {
    out.put(STATE).put(ascii(state.status().name())).put(REVISION).number(state.revision());
    out.put(DUE).time(state.dueAt());
    if (state.attempt() != 0) {
      out.put(ATTEMPT).number(state.attempt());
    }
    if (state.losses() != 0) {
      out.put(LOSSES).number(state.losses());
    }
    if (state.startedAt().isPresent()) {
      out.put(STARTED).time(state.startedAt().get());
    }
    if (state.finishedAt().isPresent()) {
      out.put(FINISHED).time(state.finishedAt().get());
    }
    if (state.worker().isPresent()) {
      out.put(WORKER).string(state.worker().get());
    }
    if (!state.errors().isEmpty()) {
      errors(out, state.errors());
    }
    if (state.result().isPresent()) {
      json(out, state.result().get(), RESULT, RESULT_TEXT);
    }
    if (!state.notes().equals(Notes.NONE)) {
      notes(out, state.notes());
    }
    if (state.detached()) {
      out.put(DETACHED);
    }
    out.put('}');
  }

  private static void errors(JsonBuffer out, List<TaskError> errors) {
    out.put(ERRORS);
    for (int i = 0; i < errors.size(); i++) {
      TaskError error = errors.get(i);
      comma(out, i);
      out.put(ERROR_TYPE).put(ascii(error.type().name()));
      out.put(MESSAGE).string(error.message());
      if (error.exception().isPresent()) {
        out.put(EXCEPTION).string(error.exception().get());
      }
      if (error.stackTrace().isPresent()) {
        out.put(TRACE).string(error.stackTrace().get());
      }
      out.put(ATTEMPT).number(error.attempt()).put(AT).time(error.at()).put('}');
    }
    out.put(']');
  }

  private static void notes(JsonBuffer out, Notes notes) {
    out.put(NOTES);
    for (int i = 0; i < notes.log().size(); i++) {
      Notes.LogLine line = notes.log().get(i);
      comma(out, i);
      out.put(LOG_AT).time(line.at()).put(TEXT).string(line.text()).put('}');
    }
    if (notes.progress().isPresent()) {
      Notes.Progress progress = notes.progress().get();
      out.put(PROGRESS).number(progress.fraction());
      out.put(PROGRESS_MESSAGE).string(progress.message()).put('}');
    } else {
      out.put(']').put('}');
    }
  }

  private static void comma(JsonBuffer out, int index) {
    if (index > 0) {
      out.put(',');
    }
  }
}
