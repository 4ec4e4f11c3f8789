package dev.omniq.storage.postgres;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.omniq.storage.Copies;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.storage.postgres.Sql.Column;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.Times;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tasks come: all of a batch by one statement. */
final class Inserting {
  /** What one statement stores; a larger list is stored by several in its transaction. */
  private static final int MOST = 5_000;

  /** How often a task is tried whose place is taken, and free again when it is looked at. */
  private static final int TRIES = 3;

  private static final String PARAMETERS =
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  static final String INSERT = "SELECT {schema}.insert_tasks" + PARAMETERS;
  static final String INSERT_ONE = "SELECT {schema}.insert_task" + PARAMETERS;

  /**
   * Also tells whether it has called other processes: not if nothing was stored, nor if another one
   * of the database calls with its commit at the moment, for which this one had to wait. It waits
   * for others that notify for as long as they take: patience is for what users lock.
   */
  static final String INSERT_ONE_AND_CALL =
      """
      SELECT created, CASE
        WHEN NOT created THEN false
        WHEN pg_try_advisory_xact_lock(hashtextextended('omniq', 20261128))
        THEN set_config('lock_timeout', '0', true) IS NOT NULL AND pg_notify(?, ?) IS NOT NULL
        ELSE false END
      FROM (%s AS created) AS inserted"""
          .formatted(INSERT_ONE);

  private static final long LATEST = Times.toMicros(Times.MAX);

  private static final String IN_THE_WAY =
      """
      SELECT i.place, coalesce(
        (SELECT t.id FROM {schema}.task t WHERE t.id = i.id),
        {schema}.holder(i.queue, i.unique_key),
        CASE WHEN i.recurring THEN {schema}.carrier(i.series_id) END)
      FROM unnest(?, ?, ?, ?, ?) WITH ORDINALITY AS i (
        id, queue, unique_key, series_id, recurring, place)
      """;

  private final Transaction transaction;
  private final Sql sql;
  private final Lanes lanes;
  private final Clock clock;
  private @Nullable Call call;
  private boolean called;
  private int stored;

  Inserting(Transaction transaction, Sql sql, Lanes lanes, Clock clock) {
    this.transaction = transaction;
    this.sql = sql;
    this.lanes = lanes;
    this.clock = clock;
  }

  /** What the statement sends to other processes. */
  private record Call(String channel, String payload) {}

  /** Lets the statement call other processes if it stores the only task. */
  void call(String channel, String payload) {
    call = new Call(channel, payload);
  }

  /** Lets it call nobody. */
  void callNobody() {
    call = null;
  }

  /** Whether the statement has called. */
  boolean hasCalled() {
    return called;
  }

  /** How many tasks were stored, also if a later one failed. */
  int stored() {
    return stored;
  }

  static Lanes.Key lane(TaskSpec spec) {
    return new Lanes.Key(spec.queue(), spec.name(), spec.priority(), false);
  }

  List<Inserted> insert(List<NewTask> tasks) throws SQLException {
    List<Inserted> answers = new ArrayList<>(tasks.size());
    while (answers.size() < tasks.size()) {
      int from = answers.size();
      answers.addAll(insertSome(tasks.subList(from, endOfPart(tasks, from))));
    }
    return answers;
  }

  /** A statement tells what it created by id, so no id is twice in its part of the list. */
  private static int endOfPart(List<NewTask> tasks, int from) {
    Set<TaskId> ids = new HashSet<>();
    int end = from;
    while (end < tasks.size() && end - from < MOST && ids.add(tasks.get(end).id())) {
      end++;
    }
    return end;
  }

  /** Whether all goes into the first statement, unless something is in the way. */
  static boolean inOneStatement(List<NewTask> tasks) {
    return endOfPart(tasks, 0) == tasks.size();
  }

  private List<Inserted> insertSome(List<NewTask> tasks) throws SQLException {
    Map<Integer, Inserted> answers = new HashMap<>();
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      left.add(i);
    }
    for (int tries = 0; !left.isEmpty(); tries++) {
      if (tries == TRIES) {
        throw new StorageException(
            "the place of task %s is taken and free by turns; try again"
                .formatted(tasks.get(left.get(0)).id()));
      }
      List<NewTask> some = left.stream().map(tasks::get).toList();
      left = answer(left, some, noted(create(some)), answers);
    }
    List<Inserted> inOrder = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      inOrder.add(answers.get(i));
    }
    return inOrder;
  }

  private Set<TaskId> noted(Set<TaskId> created) {
    if (!created.isEmpty()) {
      stored += created.size();
      transaction.noteStored();
    }
    return created;
  }

  /** Answers what can be answered: the places of those whose place is free again. */
  private List<Integer> answer(
      List<Integer> places,
      List<NewTask> tasks,
      Set<TaskId> created,
      Map<Integer, Inserted> answers)
      throws SQLException {
    List<Integer> notCreated = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      if (created.contains(tasks.get(i).id())) {
        answers.put(places.get(i), new Inserted(tasks.get(i).id(), true));
      } else {
        notCreated.add(i);
      }
    }
    if (notCreated.isEmpty()) {
      return List.of();
    }
    Map<Integer, TaskId> inTheWay = inTheWay(notCreated.stream().map(tasks::get).toList());
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < notCreated.size(); i++) {
      int place = places.get(notCreated.get(i));
      TaskId there = inTheWay.get(i);
      if (there == null) {
        left.add(place);
      } else {
        answers.put(place, new Inserted(there, false));
      }
    }
    return left;
  }

  /** What the functions take of each task; an array of it, where they take many. */
  private record Parameter(String type, boolean sparse, Function<NewTask, @Nullable Object> value) {

    static Parameter of(String type, Function<NewTask, @Nullable Object> value) {
      return new Parameter(type, false, value);
    }

    /** Most tasks have no value. */
    static Parameter sparse(String type, Function<NewTask, @Nullable Object> value) {
      return new Parameter(type, true, value);
    }

    @Nullable Object of(List<NewTask> tasks) {
      if (tasks.size() == 1) {
        Object one = value.apply(tasks.get(0));
        return one == null && type.equals("text") ? Sql.NO_TEXT : one;
      }
      return sparse ? Column.sparse(type, tasks, value) : Column.of(type, tasks, value);
    }
  }

  private static List<Parameter> parameters(Map<Lanes.Key, Integer> lanes) {
    return List.of(
        Parameter.of("uuid", task -> task.id().value()),
        Parameter.of("int4", task -> lanes.get(lane(task.spec()))),
        Parameter.of("text", task -> task.spec().name()),
        Parameter.of("text", task -> task.spec().queue()),
        Parameter.of("int2", task -> (short) task.spec().priority()),
        Parameter.of("text", task -> task.spec().arguments()),
        Parameter.sparse("text", task -> TaskColumns.schedule(task.spec().schedule())),
        Parameter.sparse("text", task -> task.spec().uniqueKey().orElse(null)),
        Parameter.sparse("text", task -> TaskColumns.retryPolicy(task.spec().retryPolicy())),
        Parameter.sparse("text", task -> timeout(task.spec())),
        Parameter.sparse("text", task -> TaskColumns.labels(task.spec().labels())),
        Parameter.sparse("bool", task -> task.spec().schedule().recurring() ? true : null),
        Parameter.sparse(
            "uuid", task -> task.seriesId().equals(task.id()) ? null : task.seriesId().value()),
        Parameter.sparse("int4", task -> task.run() == 1 ? null : task.run()),
        Parameter.sparse("int8", Inserting::dueAt),
        Parameter.sparse("int8", Inserting::delay));
  }

  /** The ids of those that were stored. */
  private Set<TaskId> create(List<NewTask> tasks) throws SQLException {
    Map<Lanes.Key, Integer> ids =
        lanes.ids(
            transaction, sql, tasks.stream().map(task -> lane(task.spec())).distinct().toList());
    List<@Nullable Object> parameters = new ArrayList<>();
    parameters.add(clock.givenNow());
    parameters.add(patience());
    parameters.add(LATEST);
    parameters(ids).forEach(parameter -> parameters.add(parameter.of(tasks)));
    if (tasks.size() > 1) {
      return sql.first(INSERT, row -> created(tasks, row.getArray(1)), parameters.toArray())
          .orElseThrow();
    }
    Call others = call;
    if (others == null) {
      return sql.first(INSERT_ONE, row -> created(tasks, row.getBoolean(1)), parameters.toArray())
          .orElseThrow();
    }
    parameters.addAll(0, List.of(others.channel, others.payload));
    return sql.first(
            INSERT_ONE_AND_CALL,
            row -> {
              called = row.getBoolean(2);
              return created(tasks, row.getBoolean(1));
            },
            parameters.toArray())
        .orElseThrow();
  }

  private static Set<TaskId> created(List<NewTask> tasks, boolean all) {
    return all ? tasks.stream().map(NewTask::id).collect(toUnmodifiableSet()) : Set.of();
  }

  /** No array says that all were stored. */
  private static Set<TaskId> created(List<NewTask> tasks, @Nullable Array ids) throws SQLException {
    return ids == null
        ? created(tasks, true)
        : Stream.of((UUID[]) ids.getArray()).map(TaskId::new).collect(toUnmodifiableSet());
  }

  /**
   * A key that a transaction of a user's has taken must not hold up those of others for long; how
   * long a user's own transaction waits is the user's to say.
   */
  private @Nullable String patience() {
    return transaction.isUsers() ? null : PostgresStatements.LOCK_PATIENCE;
  }

  private static @Nullable String timeout(TaskSpec spec) {
    return spec.timeout().map(Duration::toString).orElse(null);
  }

  private static @Nullable Long dueAt(NewTask task) {
    return task.due() instanceof Due.At at ? Times.toMicros(at.time()) : null;
  }

  /** In microseconds, rounded up; null for none. */
  private static @Nullable Long delay(NewTask task) {
    return task.due() instanceof Due.After after && !after.delay().isZero()
        ? Times.toMicros(Times.roundUp(Instant.EPOCH.plus(after.delay())))
        : null;
  }

  private Map<Integer, TaskId> inTheWay(List<NewTask> tasks) throws SQLException {
    Map<Integer, TaskId> there = new HashMap<>();
    sql.list(
        IN_THE_WAY,
        row -> {
          if (row.getObject(2) != null) {
            there.put(row.getInt(1) - 1, Sql.id(row, 2));
          }
          return true;
        },
        Column.ids(tasks, NewTask::id),
        Column.of("text", tasks, task -> task.spec().queue()),
        Column.of("text", tasks, task -> task.spec().uniqueKey().orElse(null)),
        Column.ids(tasks, NewTask::seriesId),
        Column.of("bool", tasks, task -> task.spec().schedule().recurring()));
    return there;
  }

  // ---- copies ----

  private static final String RESTORE =
      """
      WITH created AS (
        INSERT INTO {schema}.task (
          id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy,
          timeout, labels, recurring, series_id, run, created_at, planned_at, status, revision,
          due_at, attempt, losses, started_at, finished_at, worker, errors, result, notes, detached)
        VALUES (?, nextval('{schema}.task_seq'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
          ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        RETURNING id, seq, lane, name, queue, priority, created_at, due_at, status
      ),
      strays AS (
        INSERT INTO {schema}.stray (created_at, task)
        SELECT created_at, id FROM created WHERE {schema}.is_stray(id, created_at)
        ON CONFLICT DO NOTHING
      ),
      waiting AS (
        INSERT INTO {schema}.ready (lane, rank, seq, task)
        SELECT lane, due_at - priority * 60000000, seq, id FROM created WHERE status = 'PENDING'
      ),
      counted AS (
        INSERT INTO {schema}.counter (queue, name, status, n)
        SELECT queue, name, status, 1 FROM created
      )
      SELECT id FROM created
      """;

  /** See {@link dev.omniq.storage.Movable#restore}; not a hot path, so one by one. */
  int restore(List<Task> tasks) throws SQLException {
    Copies.requireNotRunning(tasks);
    int stored = 0;
    for (Task task : tasks) {
      if (restore(task)) {
        stored++;
      } else {
        requireSame(task);
      }
    }
    return stored;
  }

  private boolean restore(Task task) throws SQLException {
    var state = task.state();
    var key = new Lanes.Key(task.queue(), task.name(), task.priority(), state.losses() > 0);
    return sql.first(
            RESTORE,
            row -> true,
            task.id(),
            lanes.ids(transaction, sql, List.of(key)).get(key),
            task.name(),
            task.queue(),
            task.priority(),
            task.arguments(),
            TaskColumns.schedule(task.schedule()),
            task.uniqueKey().orElse(null),
            TaskColumns.retryPolicy(task.spec().retryPolicy()),
            timeout(task.spec()),
            TaskColumns.labels(task.labels()),
            task.recurring(),
            task.seriesId(),
            task.run(),
            Times.toMicros(task.createdAt()),
            Times.toMicros(task.plannedAt()),
            state.status().name(),
            state.revision(),
            Times.toMicros(state.dueAt()),
            state.attempt(),
            state.losses(),
            state.startedAt().map(Times::toMicros).orElse(null),
            state.finishedAt().map(Times::toMicros).orElse(null),
            state.worker().orElse(null),
            TaskColumns.errors(state.errors()),
            state.result().orElse(null),
            TaskColumns.notes(state.notes()),
            state.detached())
        .isPresent();
  }

  /** It was not stored: either it is there, or one that it must not be beside. */
  private void requireSame(Task task) throws SQLException {
    Optional<Row> there = Row.read(sql, task.id());
    if (there.isPresent()) {
      return;
    }
    Optional<String> key = task.uniqueKey();
    Optional<TaskId> holder =
        key.isPresent() ? Row.holder(sql, task.queue(), key.get()) : Optional.empty();
    if (holder.isPresent()) {
      throw Copies.keyHeld(task, holder.get());
    }
    throw Row.carrier(sql, task.seriesId())
        .map(carrier -> Copies.seriesCarried(task, carrier))
        .orElseGet(
            () ->
                new StorageException(
                    "what stood in the way of task " + task.id() + " is gone; repeat the move"));
  }
}
