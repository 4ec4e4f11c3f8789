package dev.omniq.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A memory store, a clock that stands still, and words for what tests do with them. */
abstract class MemoryStoreScenario {
  static final TaskSpec SPEC = TaskSpec.of("n", "[]");
  static final TaskSpec KEYED = SPEC.toBuilder().uniqueKey(Optional.of("k")).build();
  static final TaskSpec REPEATING =
      KEYED.toBuilder().schedule(new Schedule.FixedDelay(Duration.ofMinutes(1))).build();
  static final Duration LEASE = Duration.ofSeconds(30);

  final StillClock clock = new StillClock();
  final MemoryStore store = new MemoryStore(clock);
  long sequence = 1;

  NewTask task(TaskSpec spec) {
    return NewTask.first(TaskId.next(clock.now()), spec, Due.now());
  }

  NewTask run(Task of, int run) {
    return new NewTask(TaskId.next(clock.now()), of.spec(), Due.now(), of.seriesId(), run);
  }

  NewTask run(NewTask of, int run) {
    return new NewTask(TaskId.next(clock.now()), of.spec(), Due.now(), of.seriesId(), run);
  }

  List<Inserted> insert(NewTask... tasks) {
    return store.insert(List.of(tasks)).join();
  }

  Claimed claimed(TaskSpec spec) {
    insert(task(spec));
    return claim(1).get(0);
  }

  List<Claimed> claim(int limit) {
    List<QueueLimit> queues = List.of(new QueueLimit("default", limit), new QueueLimit("q", limit));
    List<Claimed> claimed =
        store
            .claim(
                new ClaimRequest(
                    new ClaimToken("w", sequence), limit, queues, Set.of("n"), 1, LEASE))
            .join();
    sequence += claimed.size();
    return claimed;
  }

  Task finished(TaskSpec spec, TaskStatus status) {
    Claimed claimed = claimed(spec);
    assertThat(apply(settle(claimed, status))).isEqualTo(Applied.APPLIED);
    return find(claimed.task().id());
  }

  Task find(TaskId id) {
    return store.find(id).join().orElseThrow();
  }

  TaskStatus status(TaskId id) {
    return find(id).status();
  }

  Applied apply(Transition transition) {
    return store.apply(List.of(transition)).join().get(0);
  }

  Transition settle(Claimed claimed, TaskStatus status) {
    return new Transition(
        claimed.task().id(), holder(claimed), ended(claimed.task(), status), none());
  }

  Transition settle(Claimed claimed, TaskStatus status, NewTask followUp) {
    return new Transition(
        claimed.task().id(), holder(claimed), ended(claimed.task(), status), Optional.of(followUp));
  }

  static Transition observed(Task task, TaskState next) {
    return new Transition(task.id(), new Expected.Observer(task.state().revision()), next, none());
  }

  static Expected holder(Claimed claimed) {
    return new Expected.Holder(claimed.token());
  }

  TaskState ended(Task task, TaskStatus status) {
    return task.state().toBuilder().status(status).finishedAt(Optional.of(clock.now())).build();
  }

  TaskState pending(Task task) {
    return task.state().toBuilder().status(TaskStatus.PENDING).finishedAt(Optional.empty()).build();
  }

  static Optional<NewTask> none() {
    return Optional.empty();
  }
}
