package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.LEASE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.storage.Retention;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Notes;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The mark of a move: it stands where it was put, whatever happens, and is obeyed. */
abstract class MarkContract extends ContractFixture {
  private static final String OTHER = "other:place";
  private static final UUID MOVE = new UUID(7, 11);
  private static final Retention NOTHING_KEPT = new Retention(Duration.ZERO, Duration.ZERO, 0);

  MarkContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  static MoveMark mark(Role role, Stage stage) {
    return new MoveMark(MOVE, role, stage, OTHER, NOON);
  }

  private Movable movable() {
    return (Movable) store;
  }

  private Optional<MoveMark> present() {
    return get(movable().mark());
  }

  private MoveMark put(Role role, Stage stage) {
    MoveMark next = mark(role, stage);
    assertThat(get(movable().mark(present(), Optional.of(next)))).contains(next);
    return next;
  }

  private void reopen() {
    clock = ManualClock.startingAt(clock.now(), clock.nanoTime() - Duration.ofDays(3).toNanos());
    store = home().open(clock);
  }

  private static void assertRefused(Supplier<CompletableFuture<?>> call) {
    assertThatThrownBy(() -> get(call.get()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(OTHER)
        .hasMessageContaining("mov");
  }

  // ---- compare and set ----

  @Test
  void newStore_hasNoMark() {
    assertThat(present()).isEmpty();
  }

  @Test
  void mark_whereTheExpectedOneStands_takesItsPlace() {
    MoveMark first = put(Role.SOURCE, Stage.COPYING);
    MoveMark next = first.at(Stage.COMPLETE);

    assertThat(get(movable().mark(Optional.of(first), Optional.of(next)))).contains(next);
    assertThat(present()).contains(next);
  }

  @Test
  void mark_whereAnotherStands_changesNothingAndTellsIt() {
    MoveMark first = put(Role.SOURCE, Stage.COPYING);
    MoveMark other = new MoveMark(new UUID(1, 2), Role.TARGET, Stage.COPYING, "x", NOON);

    assertThat(get(movable().mark(Optional.empty(), Optional.of(other)))).contains(first);
    assertThat(get(movable().mark(Optional.of(other), Optional.empty()))).contains(first);
    assertThat(present()).contains(first);
  }

  @Test
  void mark_replacedByNone_isGone() {
    MoveMark first = put(Role.TARGET, Stage.COPYING);

    assertThat(get(movable().mark(Optional.of(first), Optional.empty()))).isEmpty();
    assertThat(present()).isEmpty();
  }

  @Test
  void mark_withAWordOfEveryKind_isKeptAsItIs() {
    var mark =
        new MoveMark(
            UUID.randomUUID(),
            Role.TARGET,
            Stage.UNDOING,
            "jdbc:postgresql://höst:5432/\"quoted\" \\ \n déjà ☂",
            NOON.plusNanos(123_456_789));

    get(movable().mark(Optional.empty(), Optional.of(mark)));

    assertThat(present()).contains(mark);
  }

  // ---- durability ----

  @Test
  void mark_afterClose_stands() {
    for (Stage stage : Stage.values()) {
      MoveMark mark = put(Role.SOURCE, stage);

      store.close();
      reopen();

      assertThat(present()).contains(mark);
    }
  }

  @Test
  void mark_afterCrash_standsAndIsObeyed() {
    for (Role role : Role.values()) {
      MoveMark mark = put(role, Stage.COPYING);

      ((DurableHome) home()).crash(store);
      reopen();

      assertThat(present()).contains(mark);
      assertRefused(() -> store.claim(ask().request()));
    }
  }

  @Test
  void mark_takenAway_staysAwayAfterCrash() {
    MoveMark mark = put(Role.SOURCE, Stage.COPYING);
    get(movable().mark(Optional.of(mark), Optional.empty()));

    ((DurableHome) home()).crash(store);
    reopen();

    assertThat(present()).isEmpty();
    insert(task(1));
  }

  @Test
  void mark_afterCompaction_stands() {
    insert(task(1), task(2));
    delete(id(1));
    MoveMark mark = put(Role.SOURCE, Stage.COPYING);

    ((DurableHome) home()).compact(store);
    assertThat(present()).contains(mark);
    store.close();
    reopen();

    assertThat(present()).contains(mark);
    assertThat(list(TaskQuery.all())).containsExactly(id(2));
  }

  // ---- what is refused ----

  @Test
  void source_refusesEveryWriteAndChangesNothing() {
    finish(task(1));
    Claimed held = start(task(2));
    insert(task(3));
    for (Stage stage : Stage.values()) {
      put(Role.SOURCE, stage);
      assertRefusesWrites(held);
    }

    assertThat(list(TaskQuery.all())).containsExactlyElementsOf(ids(3, 2, 1));
    assertThat(status(1)).isEqualTo(TaskStatus.SUCCESS);
    assertThat(status(2)).isEqualTo(TaskStatus.RUNNING);
    assertThat(status(3)).isEqualTo(TaskStatus.PENDING);
  }

  private void assertRefusesWrites(Claimed held) {
    assertRefused(() -> store.insert(List.of(task(4))));
    assertRefused(() -> store.claim(ask().request()));
    assertRefused(() -> store.apply(List.of(success(held))));
    assertRefused(() -> store.apply(List.of(cancel(find(id(3))))));
    assertRefused(
        () ->
            store.extend(new LeaseExtension(held.token().worker(), List.of(held.token()), LEASE)));
    assertRefused(() -> store.annotate(List.of(new Annotation(id(2), held.token(), Notes.NONE))));
    assertRefused(() -> store.delete(List.of(id(1))));
    assertRefused(() -> store.purge(NOTHING_KEPT, 10));
  }

  @Test
  void source_goesOnToBeRead() {
    start(task(1));
    insert(task(2));
    put(Role.SOURCE, Stage.COMPLETE);
    clock.advance(LEASE.plusSeconds(1));

    assertThat(expired()).hasSize(1);
    assertThat(get(store.nextDue(ask().request()))).contains(NOON);
    assertThat(get(store.stats()).liveByName()).containsValue(2L);
    assertThat(get(store.workers())).hasSize(1);
    assertThat(get(store.changes(0, 10)).changes()).isNotEmpty();
    assertThat(lookUp(id(2))).isPresent();
  }

  @Test
  void source_completed_saysWhereTheTasksAre() {
    put(Role.SOURCE, Stage.COMPLETE);

    assertThatThrownBy(() -> insert(task(1)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("moved to " + OTHER);
  }

  @Test
  void target_refusesToGiveOutOrTakeAwayTasks() {
    finish(task(1));
    insert(task(2));
    put(Role.TARGET, Stage.COPYING);

    assertRefused(() -> store.claim(ask().request()));
    assertRefused(() -> store.delete(List.of(id(1))));
    assertRefused(() -> store.purge(NOTHING_KEPT, 10));

    assertThat(list(TaskQuery.all())).containsExactlyElementsOf(ids(2, 1));
  }

  @Test
  void target_goesOnOtherwise() {
    Claimed held = start(task(1));
    put(Role.TARGET, Stage.COPYING);

    assertThat(insert(task(2)).get(0).created()).isTrue();
    assertThat(extend(held.token(), LEASE)).isEqualTo(Applied.APPLIED);
    assertThat(get(store.annotate(List.of(new Annotation(id(1), held.token(), Notes.NONE)))))
        .containsExactly(Applied.APPLIED);
    assertThat(apply(success(held))).isEqualTo(Applied.APPLIED);
    assertThat(apply(cancel(find(id(2))))).isEqualTo(Applied.APPLIED);
  }

  @Test
  void target_ofAMoveThatIsUndone_givesUpCopiesOnly() {
    insert(task(1), task(2));
    MoveMark mark = put(Role.TARGET, Stage.UNDOING);

    assertRefused(() -> store.claim(ask().request()));
    assertRefused(() -> store.delete(List.of(id(1))));
    assertThat(get(movable().withdraw(mark.move(), ids(1, 9))))
        .containsExactly(DeleteOutcome.DELETED, DeleteOutcome.NOT_FOUND);
    assertThat(list(TaskQuery.all())).containsExactly(id(2));
  }

  @Test
  void withdraw_withoutTheMarkOfItsMove_isRefused() {
    insert(task(1));
    assertThatThrownBy(() -> get(movable().withdraw(new UUID(1, 1), ids(1))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("completed or undone meanwhile");

    MoveMark copying = put(Role.TARGET, Stage.COPYING);
    assertRefused(() -> movable().withdraw(copying.move(), ids(1)));

    put(Role.TARGET, Stage.UNDOING);
    assertRefused(() -> movable().withdraw(new UUID(1, 1), ids(1)));
    assertThat(list(TaskQuery.all())).containsExactly(id(1));
  }

  @Test
  void store_withoutItsMark_worksAgain() {
    insert(task(1));
    MoveMark mark = put(Role.SOURCE, Stage.COPYING);
    assertRefused(() -> store.insert(List.of(task(2))));

    get(movable().mark(Optional.of(mark), Optional.empty()));

    insert(task(2));
    assertThat(claimedIds(ask())).containsExactlyElementsOf(ids(1, 2));
  }
}
