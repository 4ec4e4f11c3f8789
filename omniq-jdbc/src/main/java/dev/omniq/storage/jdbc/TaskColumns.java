package dev.omniq.storage.jdbc;

import dev.omniq.storage.json.StorageJson;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * The columns of a stored task and what stands in them: texts for what people look for, JSON for
 * what few tasks have, times in microseconds since the epoch.
 *
 * <p>A task that runs is stored as it was before its claim; what the claim makes of it stands in
 * the row of the claim. {@link #read} puts both together.
 */
public final class TaskColumns {
  /** What {@link #read} needs of a task's row, in its order; a name for each column. */
  public static final List<String> TASK =
      List.of(
          "id",
          "name",
          "queue",
          "priority",
          "arguments",
          "schedule",
          "unique_key",
          "retry_policy",
          "timeout",
          "labels",
          "series_id",
          "run",
          "created_at",
          "planned_at",
          "status",
          "revision",
          "due_at",
          "attempt",
          "losses",
          "started_at",
          "finished_at",
          "worker",
          "errors",
          "result",
          "notes",
          "detached");

  /** What {@link #read} needs of the row of a task's claim, behind {@link #TASK}. */
  public static final List<String> RUNNING = List.of("worker", "sequence", "started_at", "notes");

  private static final TypeReference<List<TaskError>> ERRORS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};
  private static final String FIXED_DELAY = "FIXED_DELAY ";
  private static final String FIXED_RATE = "FIXED_RATE ";

  private TaskColumns() {}

  /** How a dialect reads the id in a column. */
  @FunctionalInterface
  public interface IdReader {
    /** The id in a column, from 1. */
    TaskId read(ResultSet row, int column) throws SQLException;
  }

  /** {@link #TASK} and {@link #RUNNING} for a SELECT, from tables with these aliases. */
  public static String select(String task, String running) {
    return prefixed(task, TASK) + ", " + prefixed(running, RUNNING);
  }

  private static String prefixed(String alias, List<String> columns) {
    return String.join(", ", columns.stream().map(column -> alias + "." + column).toList());
  }

  /** The column behind those of {@link #select}, from 1. */
  public static int behind() {
    return TASK.size() + RUNNING.size() + 1;
  }

  /** The task in the current row of a {@link #select}, as it stands: RUNNING if it is claimed. */
  public static Task read(ResultSet row, IdReader ids) throws SQLException {
    Task stored = stored(row, ids);
    String worker = row.getString(TASK.size() + 1);
    if (worker == null || stored.status() != TaskStatus.PENDING) {
      return stored;
    }
    TaskState claimed = stored.state().claimed(worker, time(row, TASK.size() + 3).orElseThrow());
    Notes notes = notes(row.getString(TASK.size() + 4));
    return stored.with(
        notes.equals(Notes.NONE) ? claimed : claimed.toBuilder().notes(notes).build());
  }

  /** The token of the claim in the current row of a {@link #select}, if there is one. */
  public static Optional<ClaimToken> token(ResultSet row) throws SQLException {
    String worker = row.getString(TASK.size() + 1);
    return worker == null
        ? Optional.empty()
        : Optional.of(new ClaimToken(worker, row.getLong(TASK.size() + 2)));
  }

  private static Task stored(ResultSet row, IdReader ids) throws SQLException {
    var spec =
        new TaskSpec(
            row.getString(2),
            row.getString(5),
            row.getString(3),
            row.getInt(4),
            schedule(row.getString(6)),
            Optional.ofNullable(row.getString(7)),
            retryPolicy(row.getString(8)),
            Optional.ofNullable(row.getString(9)).map(Duration::parse),
            labels(row.getString(10)));
    var state =
        new TaskState(
            TaskStatus.valueOf(row.getString(15)),
            row.getInt(16),
            Times.ofMicros(row.getLong(17)),
            row.getInt(18),
            row.getInt(19),
            time(row, 20),
            time(row, 21),
            Optional.ofNullable(row.getString(22)),
            errors(row.getString(23)),
            Optional.ofNullable(row.getString(24)),
            notes(row.getString(25)),
            row.getBoolean(26));
    return new Task(
        ids.read(row, 1),
        spec,
        ids.read(row, 11),
        row.getInt(12),
        Times.ofMicros(row.getLong(13)),
        Times.ofMicros(row.getLong(14)),
        state);
  }

  private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Times.ofMicros(micros));
  }

  // ---- values that are not columns by themselves ----

  /** A schedule as text, such as {@code FIXED_DELAY PT1H}; null for once. */
  public static @Nullable String schedule(Schedule schedule) {
    if (schedule instanceof Schedule.FixedDelay delay) {
      return FIXED_DELAY + delay.interval();
    }
    return schedule instanceof Schedule.FixedRate rate ? FIXED_RATE + rate.interval() : null;
  }

  private static Schedule schedule(@Nullable String text) {
    if (text == null) {
      return Schedule.once();
    }
    if (text.startsWith(FIXED_DELAY)) {
      return new Schedule.FixedDelay(Duration.parse(text.substring(FIXED_DELAY.length())));
    }
    if (text.startsWith(FIXED_RATE)) {
      return new Schedule.FixedRate(Duration.parse(text.substring(FIXED_RATE.length())));
    }
    throw new StorageException("a stored schedule cannot be read: '" + text + "'");
  }

  /** A retry policy as JSON; null for the default. */
  public static @Nullable String retryPolicy(RetryPolicy policy) {
    return policy.equals(RetryPolicy.defaults()) ? null : write(policy);
  }

  private static RetryPolicy retryPolicy(@Nullable String json) {
    return json == null
        ? RetryPolicy.defaults()
        : read(json, new TypeReference<RetryPolicy>() {}, "retry policy");
  }

  /** Labels as a JSON object; null for none. */
  public static @Nullable String labels(Map<String, String> labels) {
    return labels.isEmpty() ? null : write(labels);
  }

  private static Map<String, String> labels(@Nullable String json) {
    return json == null ? Map.of() : read(json, LABELS, "labels");
  }

  /** Errors as a JSON array; null for none. */
  public static @Nullable String errors(List<TaskError> errors) {
    return errors.isEmpty() ? null : write(errors);
  }

  private static List<TaskError> errors(@Nullable String json) {
    return json == null ? List.of() : read(json, ERRORS, "errors");
  }

  /** Notes as JSON; null for none. */
  public static @Nullable String notes(Notes notes) {
    return notes.equals(Notes.NONE) ? null : write(notes);
  }

  private static Notes notes(@Nullable String json) {
    return json == null ? Notes.NONE : read(json, new TypeReference<Notes>() {}, "notes");
  }

  /** What a claim is ordered by, in microseconds: the due time with the priority's head start. */
  public static long rank(Instant dueAt, int priority) {
    return Times.toMicros(dueAt) - headStart(priority);
  }

  /** The head start of a priority in microseconds. */
  public static long headStart(int priority) {
    return priority * 60_000_000L;
  }

  private static String write(Object value) {
    return StorageJson.mapper().writeValueAsString(value);
  }

  private static <T> T read(String json, TypeReference<T> type, String what) {
    try {
      return StorageJson.mapper().readValue(json, type);
    } catch (JacksonException e) {
      throw new StorageException("stored " + what + " cannot be read: " + json, e);
    }
  }
}
