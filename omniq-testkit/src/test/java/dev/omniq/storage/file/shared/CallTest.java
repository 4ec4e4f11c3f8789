package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that are made once more because their first answer got lost. */
class CallTest {
  private static final TaskSpec SPEC = TaskSpec.of("work", "[]");

  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-11-23T12:00:00Z"));
  private final MemoryStore store = new MemoryStore(clock);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void insert_again_isAnsweredAsTheFirstTime() {
    NewTask task = task(SPEC);
    NewTask keyed = task(SPEC.toBuilder().uniqueKey(Optional.of("key")).build());
    NewTask sameKey = task(keyed.spec());
    var call = new Call.Insert(List.of(task, task, keyed, sameKey));
    List<Inserted> first = call.on(store).join();

    assertThat(call.againOn(store).join())
        .isEqualTo(first)
        .extracting(Inserted::created)
        .containsExactly(true, false, true, false);
  }

  @Test
  void insert_again_whenTheFirstWasNeverMade_inserts() {
    NewTask task = task(SPEC);

    assertThat(new Call.Insert(List.of(task)).againOn(store).join())
        .containsExactly(new Inserted(task.id(), true));
    assertThat(store.find(task.id()).join()).isPresent();
  }

  @Test
  void claim_again_givesWhatTheFirstGave() {
    insert(SPEC);
    insert(SPEC);
    Call.Claim call = claim(1);
    List<Claimed> first = call.on(store).join();

    assertThat(call.againOn(store).join()).isEqualTo(first).hasSize(1);
  }

  @Test
  void apply_again_isApplied() {
    insert(SPEC);
    Call.Apply call = success(claim(1).on(store).join().get(0));
    call.on(store).join();

    assertThat(call.againOn(store).join()).containsExactly(Applied.APPLIED);
  }

  @Test
  void apply_again_ofWhatIsStale_isStale() {
    insert(SPEC);
    Claimed claimed = claim(1).on(store).join().get(0);
    cancel(claimed);

    assertThat(success(claimed).againOn(store).join()).containsExactly(Applied.STALE);
  }

  @Test
  void apply_again_toATaskThatIsGone_isStale() {
    insert(SPEC);
    Claimed claimed = claim(1).on(store).join().get(0);
    cancel(claimed);
    store.delete(List.of(claimed.task().id())).join();

    assertThat(success(claimed).againOn(store).join()).containsExactly(Applied.STALE);
  }

  @Test
  void delete_again_isDeleted() {
    var call = new Call.Delete(List.of(insert(SPEC)));
    call.on(store).join();

    assertThat(call.againOn(store).join()).containsExactly(DeleteOutcome.DELETED);
  }

  private void cancel(Claimed claimed) {
    TaskState state = claimed.task().state();
    TaskState next =
        state.toBuilder().status(TaskStatus.CANCELLED).finishedAt(Optional.of(clock.now())).build();
    var transition =
        new Transition(
            claimed.task().id(), new Expected.Observer(state.revision()), next, Optional.empty());
    assertThat(store.apply(List.of(transition)).join()).containsExactly(Applied.APPLIED);
  }

  private Call.Apply success(Claimed claimed) {
    TaskState next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(clock.now()))
            .build();
    return new Call.Apply(
        List.of(
            new Transition(
                claimed.task().id(),
                new Expected.Holder(claimed.token()),
                next,
                Optional.empty())));
  }

  private static Call.Claim claim(int limit) {
    return new Call.Claim(
        new ClaimRequest(
            new ClaimToken("worker", 1),
            limit,
            List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, limit)),
            Set.of("work"),
            1,
            Duration.ofSeconds(30)));
  }

  private TaskId insert(TaskSpec spec) {
    NewTask task = task(spec);
    store.insert(List.of(task)).join();
    return task.id();
  }

  private NewTask task(TaskSpec spec) {
    return NewTask.first(TaskId.next(clock.now()), spec, Due.now());
  }
}
