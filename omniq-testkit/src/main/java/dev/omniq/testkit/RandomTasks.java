package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.SECOND;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Draws what a simulation stores and asks for, from spaces so small that much collides. */
final class RandomTasks {
  static final int IDS = 50;
  private static final List<String> NAMES = List.of("mail", "bill", "scan", "unknown");
  private static final List<String> QUEUES = List.of("default", "fast", "slow");
  private static final List<String> KEYS = List.of("k1", "k2", "k3");
  private static final List<Integer> PRIORITIES = List.of(0, 0, 0, 1, 5, 9);

  private final Random random;
  private final Supplier<ManualClock> clock;
  private int drawn;

  RandomTasks(Random random, Supplier<ManualClock> clock) {
    this.random = random;
    this.clock = clock;
  }

  Instant now() {
    return clock.get().now();
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  <T> List<T> some(List<T> from, int most) {
    List<T> picked = new ArrayList<>();
    int count = from.isEmpty() ? 0 : 1 + random.nextInt(most);
    for (int n = 0; n < count; n++) {
      picked.add(oneOf(from));
    }
    return picked;
  }

  TaskId id() {
    return Samples.id(random.nextInt(IDS));
  }

  // ---- tasks ----

  NewTask task() {
    TaskSpec spec = spec();
    return chance(90)
        ? NewTask.first(id(), spec, due())
        : new NewTask(id(), spec, due(), id(), 2 + random.nextInt(3));
  }

  /** The arguments tell every task from every other, also one that comes later with its id. */
  private TaskSpec spec() {
    return new TaskSpec(
        oneOf(NAMES),
        "[" + ++drawn + (chance(5) ? ",\"" + "x".repeat(3_000) + "\"]" : "]"),
        oneOf(QUEUES),
        oneOf(PRIORITIES),
        schedule(),
        chance(30) ? Optional.of(oneOf(KEYS)) : Optional.empty(),
        chance(80) ? RetryPolicy.defaults() : RetryPolicy.none(),
        chance(80) ? Optional.of(MINUTE) : Optional.empty(),
        chance(20) ? Map.of("label", oneOf(KEYS)) : Map.of());
  }

  private Schedule schedule() {
    if (chance(65)) {
      return Schedule.once();
    }
    return chance(50) ? new Schedule.FixedDelay(MINUTE) : new Schedule.FixedRate(HOUR);
  }

  private Due due() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> Due.now();
      case 2 -> new Due.After(Duration.ofSeconds(random.nextInt(120)));
      default -> new Due.At(time());
    };
  }

  /** A time before or after now: now and then one that many share, or the next to come. */
  private Instant time() {
    return switch (random.nextInt(4)) {
      case 0 -> Samples.NOON;
      case 1 -> now().plus(Times.MICRO);
      default -> now().plusSeconds(random.nextInt(240) - 120L);
    };
  }

  /** What follows a run; rarely where nothing should. */
  Optional<NewTask> followUp(Task run) {
    boolean regular = run.recurring() && !run.state().detached();
    return run.recurring() && chance(regular ? 90 : 15)
        ? Optional.of(new NewTask(id(), run.spec(), due(), run.seriesId(), run.run() + 1))
        : Optional.empty();
  }

  // ---- states ----

  /** How an execution may end. */
  TaskState settled(Task task) {
    TaskState.Builder next = task.state().toBuilder();
    return switch (random.nextInt(6)) {
      case 0, 1, 2 ->
          ended(next, TaskStatus.SUCCESS).result(Optional.of("\"" + drawn + "\"")).build();
      case 3 -> ended(next, TaskStatus.FAILED).error(error(task)).build();
      case 4 -> pending(next).error(error(task)).build();
      default -> pending(next).attempt(task.attempt() - 1).build();
    };
  }

  TaskState lost(Task task) {
    TaskState.Builder next = task.state().toBuilder().losses(task.state().losses() + 1);
    return task.state().losses() < 3
        ? pending(next).build()
        : ended(next, TaskStatus.FAILED).error(error(task)).build();
  }

  TaskState cancelled(Task task) {
    return ended(task.state().toBuilder(), TaskStatus.CANCELLED).build();
  }

  TaskState retried(Task task) {
    return pending(task.state().toBuilder())
        .attempt(0)
        .losses(0)
        .detached(task.recurring() && chance(95))
        .build();
  }

  TaskState rescheduled(Task task) {
    return pending(task.state().toBuilder()).build();
  }

  TaskState any(Task task) {
    TaskStatus status = oneOf(List.of(TaskStatus.values()));
    return status.isFinished()
        ? ended(task.state().toBuilder(), status).build()
        : pending(task.state().toBuilder()).status(status).build();
  }

  private TaskState.Builder ended(TaskState.Builder next, TaskStatus status) {
    return next.status(status).finishedAt(Optional.of(now()));
  }

  private TaskState.Builder pending(TaskState.Builder next) {
    return next.status(TaskStatus.PENDING)
        .finishedAt(Optional.empty())
        .result(Optional.empty())
        .dueAt(time());
  }

  private TaskError error(Task task) {
    return TaskError.of(TaskError.Type.RUNTIME, "error " + drawn, task.attempt(), now());
  }

  Notes notes() {
    return Notes.NONE
        .with(new Notes.Progress(random.nextInt(101) / 100.0, "progress " + drawn))
        .with(new Notes.LogLine(now(), "line " + drawn));
  }

  // ---- requests ----

  Duration lease() {
    return oneOf(List.of(SECOND, Samples.LEASE, MINUTE.multipliedBy(5)));
  }

  ClaimRequest request(ClaimToken first) {
    List<QueueLimit> queues = new ArrayList<>();
    for (String queue : QUEUES) {
      if (chance(80)) {
        queues.add(new QueueLimit(queue, random.nextInt(5)));
      }
    }
    Set<String> names = chance(70) ? Set.of("mail", "bill", "scan") : Set.of(oneOf(NAMES));
    return new ClaimRequest(
        first, 1 + random.nextInt(6), queues, names, random.nextInt(2), lease());
  }

  TaskQuery query() {
    TaskQuery query = TaskQuery.all().limit(1 + random.nextInt(IDS));
    query = chance(40) ? query.status(Set.copyOf(some(List.of(TaskStatus.values()), 3))) : query;
    query = chance(30) ? query.queue(oneOf(QUEUES)) : query;
    query = chance(30) ? query.name(oneOf(NAMES)) : query;
    query = chance(15) ? query.series(id()) : query;
    query = chance(15) ? query.recurring() : query;
    query = chance(15) ? query.label("label", oneOf(KEYS)) : query;
    query = chance(15) ? query.created(now().minus(MINUTE), now()) : query;
    return chance(30) ? query.after(id()) : query;
  }
}
