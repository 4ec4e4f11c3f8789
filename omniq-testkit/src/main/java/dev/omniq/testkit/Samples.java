package dev.omniq.testkit;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Tasks and transitions for tests, as plain as their topic allows. */
final class Samples {
  static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final Duration HOUR = Duration.ofHours(1);
  static final Duration LEASE = Duration.ofSeconds(30);

  static final String MAIL = "mail";
  static final String QUEUE = TaskSpec.DEFAULT_QUEUE;
  static final TaskSpec SPEC = TaskSpec.of(MAIL, "[]");
  static final TaskSpec HOURLY = SPEC.toBuilder().schedule(new Schedule.FixedDelay(HOUR)).build();

  private Samples() {}

  /** The ids ascend with their numbers. */
  static TaskId id(int number) {
    return new TaskId(new UUID(0x019a_c9d2_6f00_7000L, 0x8000_0000_0000_0000L | number));
  }

  static NewTask task(int number) {
    return task(number, SPEC);
  }

  static NewTask task(int number, TaskSpec spec) {
    return task(number, spec, Due.now());
  }

  static NewTask task(int number, TaskSpec spec, Due due) {
    return NewTask.first(id(number), spec, due);
  }

  static NewTask dueAt(int number, Instant due) {
    return task(number, SPEC, new Due.At(due));
  }

  static NewTask priority(int number, int priority, Instant due) {
    return task(number, SPEC.toBuilder().priority(priority).build(), new Due.At(due));
  }

  static NewTask named(int number, String name) {
    return task(number, SPEC.toBuilder().name(name).build());
  }

  static NewTask inQueue(int number, String queue) {
    return task(number, SPEC.toBuilder().queue(queue).build());
  }

  static TaskSpec keyed(String key) {
    return keyed(SPEC, key);
  }

  static TaskSpec keyed(TaskSpec spec, String key) {
    return spec.toBuilder().uniqueKey(Optional.of(key)).build();
  }

  /** The run after a run of a series, due an hour later. */
  static NewTask nextRun(Task run, int number) {
    return new NewTask(id(number), run.spec(), new Due.After(HOUR), run.seriesId(), run.run() + 1);
  }

  // ---- states ----

  static TaskState succeeded(Task task, String result) {
    return finished(task, TaskStatus.SUCCESS).toBuilder().result(Optional.of(result)).build();
  }

  static TaskState finished(Task task, TaskStatus status) {
    Instant end = task.state().startedAt().orElse(task.createdAt()).plus(SECOND);
    return task.state().toBuilder().status(status).finishedAt(Optional.of(end)).build();
  }

  static TaskState pending(Task task, Instant due) {
    return task.state().toBuilder()
        .status(TaskStatus.PENDING)
        .finishedAt(Optional.empty())
        .result(Optional.empty())
        .dueAt(due)
        .build();
  }

  // ---- transitions ----

  static Transition by(ClaimToken token, Task task, TaskState next) {
    return new Transition(task.id(), new Expected.Holder(token), next, Optional.empty());
  }

  static Transition observed(Task task, TaskState next) {
    var seen = new Expected.Observer(task.state().revision());
    return new Transition(task.id(), seen, next, Optional.empty());
  }

  static Transition success(Claimed claimed) {
    return by(claimed.token(), claimed.task(), succeeded(claimed.task(), "null"));
  }

  static Transition success(Claimed claimed, NewTask followUp) {
    Transition plain = success(claimed);
    return new Transition(plain.id(), plain.expected(), plain.next(), Optional.of(followUp));
  }

  static Transition failure(Claimed claimed) {
    return by(claimed.token(), claimed.task(), finished(claimed.task(), TaskStatus.FAILED));
  }

  static Transition giveBack(Claimed claimed, Instant due) {
    return by(claimed.token(), claimed.task(), pending(claimed.task(), due));
  }

  static Transition cancel(Task task) {
    return observed(task, finished(task, TaskStatus.CANCELLED));
  }

  /** A retry of a finished task, as the queue makes it: a run of a series comes back detached. */
  static Transition retry(Task task, Instant due) {
    TaskState next = pending(task, due).toBuilder().attempt(0).detached(task.recurring()).build();
    return observed(task, next);
  }

  static Transition rescue(ExpiredClaim expired, Instant due) {
    Task task = expired.task();
    TaskState next = pending(task, due).toBuilder().losses(task.state().losses() + 1).build();
    var seen = new Expected.Rescuer(expired.token(), expired.extensions());
    return new Transition(task.id(), seen, next, Optional.empty());
  }
}
