package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.Due;
import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a move does with the tasks of two stores: gives them out, and takes in copies. */
abstract class CopyContract extends ContractFixture {
  private static final UUID MOVE = new UUID(7, 11);

  CopyContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  private Movable movable() {
    return (Movable) store;
  }

  private MoveMark markAs(Stage stage) {
    var next = new MoveMark(MOVE, Role.TARGET, stage, "other:place", NOON);
    get(movable().mark(get(movable().mark()), Optional.of(next)));
    return next;
  }

  private void unmark() {
    get(movable().mark(get(movable().mark()), Optional.empty()));
  }

  private int restore(Task... copies) {
    return get(movable().restore(MOVE, List.of(copies)));
  }

  private List<Task> exported(Optional<TaskId> after, int limit) {
    return get(movable().export(after, limit));
  }

  private void reopenAfterCrash() {
    ((DurableHome) home()).crash(store);
    clock = ManualClock.startingAt(clock.now(), clock.nanoTime() - Duration.ofDays(3).toNanos());
    store = home().open(clock);
  }

  static Task pending(int number, TaskSpec spec) {
    return Task.stored(task(number, spec), NOON);
  }

  static Task finished(int number, TaskSpec spec, TaskStatus status) {
    Task pending = pending(number, spec);
    return pending.with(Samples.finished(pending, status).toBuilder().revision(4).build());
  }

  /** One task in every state and with everything that a task can have. */
  static List<Task> everyKind() {
    var spec =
        new TaskSpec(
            "scan",
            "[\"ä\\n☂\",{\"deep\":[1,2.50,null]}]",
            "second queue",
            7,
            Schedule.once(),
            Optional.of("key ☂"),
            new RetryPolicy(
                9, SECOND, 1.5, HOUR, 0.125, List.of("java.io.IOException", "my.Error")),
            Optional.empty(),
            Map.of("colour", "red", "größe", "42"));
    Task whole = Task.stored(task(1, spec, new Due.At(NOON.plus(HOUR))), NOON.minus(HOUR));
    TaskState.Builder busy =
        whole.state().toBuilder()
            .revision(17)
            .attempt(3)
            .losses(2)
            .startedAt(NOON.minusNanos(1_000))
            .worker("worker-1")
            .dueAt(NOON.plus(SECOND))
            .error(TaskError.of(TaskError.Type.LOST, "lost", 1, NOON.minus(HOUR)))
            .error(TaskError.of(TaskError.Type.TIMEOUT, "late \"☂\"", 2, NOON))
            .notes(
                Notes.NONE
                    .with(new Notes.Progress(0.4, "page 40"))
                    .with(new Notes.LogLine(NOON, "a line")));
    var copies = new ArrayList<Task>();
    copies.add(whole.with(busy.build()));
    copies.add(finished(2, spec, TaskStatus.SUCCESS).with(succeeded(whole, busy)));
    copies.add(finished(3, SPEC, TaskStatus.FAILED));
    copies.add(finished(4, keyed("k"), TaskStatus.CANCELLED));
    copies.add(finished(5, HOURLY, TaskStatus.SUCCESS));
    Task run = Task.stored(nextRun(pending(5, HOURLY), 6), NOON);
    copies.add(run);
    Task detached = pending(7, HOURLY);
    copies.add(
        new Task(
            id(7),
            HOURLY,
            id(5),
            2,
            NOON,
            NOON.minus(SECOND),
            detached.state().toBuilder().detached(true).build()));
    copies.add(
        pending(
            8,
            SPEC.toBuilder()
                .schedule(new Schedule.FixedRate(HOUR))
                .timeout(whole.timeout())
                .build()));
    return copies;
  }

  private static TaskState succeeded(Task whole, TaskState.Builder busy) {
    return Samples.finished(whole.with(busy.build()), TaskStatus.SUCCESS).toBuilder()
        .result(Optional.of("{\"answer\": [42, \"☂\"]}"))
        .build();
  }

  // ---- restore ----

  @Test
  void restore_keepsEverythingOfEveryKind() {
    markAs(Stage.COPYING);
    List<Task> copies = everyKind();

    assertThat(restore(copies.toArray(Task[]::new))).isEqualTo(copies.size());

    for (Task copy : copies) {
      assertThat(find(copy.id())).isEqualTo(copy);
    }
    assertThat(exported(Optional.empty(), 100)).isEqualTo(copies);
  }

  @Test
  void restore_outlivesACrashAndARewriting() {
    markAs(Stage.COPYING);
    List<Task> copies = everyKind();
    restore(copies.toArray(Task[]::new));

    reopenAfterCrash();
    assertThat(exported(Optional.empty(), 100)).isEqualTo(copies);
    ((DurableHome) home()).compact(store);
    assertThat(exported(Optional.empty(), 100)).isEqualTo(copies);
    reopenAfterCrash();

    assertThat(exported(Optional.empty(), 100)).isEqualTo(copies);
  }

  @Test
  void restore_again_changesNothing() {
    markAs(Stage.COPYING);
    List<Task> copies = everyKind();
    restore(copies.subList(0, 3).toArray(Task[]::new));
    StoreStats before = Normal.stats(get(store.stats()));

    assertThat(restore(copies.subList(0, 3).toArray(Task[]::new))).isZero();
    assertThat(Normal.stats(get(store.stats()))).isEqualTo(before);
    assertThat(restore(copies.toArray(Task[]::new))).isEqualTo(copies.size() - 3);
    assertThat(exported(Optional.empty(), 100)).isEqualTo(copies);
  }

  @Test
  void restore_ofAnIdThatIsThere_leavesThatTaskAlone() {
    finish(task(2));
    insert(task(1));
    Task first = find(id(1));
    Task second = find(id(2));
    markAs(Stage.COPYING);

    assertThat(restore(finished(1, SPEC, TaskStatus.FAILED), pending(2, SPEC))).isZero();

    assertThat(find(id(1))).isEqualTo(first);
    assertThat(find(id(2))).isEqualTo(second);
  }

  @Test
  void restore_ofNothing_isNothing() {
    markAs(Stage.COPYING);

    assertThat(restore()).isZero();
  }

  @Test
  void copies_dueAtOneTime_areClaimedInTheirOrder() {
    markAs(Stage.COPYING);
    restore(pending(2, SPEC), pending(3, SPEC));
    restore(pending(5, SPEC), pending(8, SPEC));
    unmark();
    insert(task(1));

    assertThat(claimedIds(ask())).containsExactlyElementsOf(ids(2, 3, 5, 8, 1));
  }

  @Test
  void copies_areCountedAsOthersAre() {
    markAs(Stage.COPYING);
    restore(everyKind().toArray(Task[]::new));

    Map<TaskStatus, Long> counts =
        Normal.stats(get(store.stats()))
            .queues()
            .getOrDefault(TaskSpec.DEFAULT_QUEUE, Normal.NO_TASKS)
            .byStatus();

    assertThat(counts)
        .containsOnly(
            Map.entry(TaskStatus.PENDING, 3L),
            Map.entry(TaskStatus.FAILED, 1L),
            Map.entry(TaskStatus.CANCELLED, 1L),
            Map.entry(TaskStatus.SUCCESS, 1L));
  }

  @Test
  void copy_thatIsLive_holdsItsKey() {
    markAs(Stage.COPYING);
    restore(pending(1, keyed("k")));
    unmark();

    assertThat(insert(task(2, keyed("k"))).get(0).id()).isEqualTo(id(1));
  }

  @Test
  void copy_ofARun_carriesItsSeries() {
    markAs(Stage.COPYING);
    Task run = Task.stored(nextRun(pending(5, HOURLY), 6), NOON);
    restore(finished(5, HOURLY, TaskStatus.SUCCESS), run);
    unmark();

    assertThat(liveRun(id(5))).contains(id(6));
    clock.advance(HOUR);
    Claimed claimed = claimOnly(id(6));
    apply(success(claimed, nextRun(claimed.task(), 9)));
    assertThat(liveRun(id(5))).contains(id(9));
    assertThat(find(id(9)).run()).isEqualTo(3);
  }

  @Test
  void copy_thatHasEnded_canBeRetried() {
    markAs(Stage.COPYING);
    restore(finished(1, SPEC, TaskStatus.FAILED));
    unmark();

    assertThat(apply(retry(find(id(1)), NOON))).isEqualTo(Applied.APPLIED);
    claimOnly(id(1));
  }

  @Test
  void copy_whoseKeyIsHeld_isRefusedAndBothAreNamed() {
    insert(task(1, keyed("k")));
    markAs(Stage.COPYING);

    assertThatThrownBy(() -> restore(pending(2, SPEC), pending(3, keyed("k"))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(id(1).toString())
        .hasMessageContaining(id(3).toString())
        .hasMessageContaining("'k'");
    assertThat(list(TaskQuery.all())).containsExactly(id(1));
  }

  @Test
  void copy_whoseSeriesGoesOn_isRefusedAndBothAreNamed() {
    insert(task(1, HOURLY));
    markAs(Stage.COPYING);
    Task run = Task.stored(nextRun(pending(1, HOURLY), 2), NOON);

    assertThatThrownBy(() -> restore(run))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(id(1).toString())
        .hasMessageContaining(id(2).toString());
    assertThat(list(TaskQuery.all())).containsExactly(id(1));
  }

  @Test
  void copy_thatHasEnded_isInNobodysWay() {
    insert(task(1, keyed("k")), task(2, HOURLY));
    markAs(Stage.COPYING);
    Task ended = finished(4, HOURLY, TaskStatus.SUCCESS);
    var run = new Task(id(4), HOURLY, id(2), 2, NOON, NOON, ended.state());

    assertThat(restore(finished(3, keyed("k"), TaskStatus.SUCCESS), run)).isEqualTo(2);
  }

  @Test
  void restore_ofARunningTask_isRefused() {
    markAs(Stage.COPYING);
    Task running = pending(1, SPEC);

    assertThatThrownBy(() -> restore(running.with(running.state().claimed("w", NOON))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(id(1).toString());
  }

  @Test
  void restore_withoutTheMarkOfItsMove_isRefused() {
    assertThatThrownBy(() -> restore(pending(1, SPEC))).isInstanceOf(StorageException.class);

    markAs(Stage.COPYING);
    assertThatThrownBy(() -> get(movable().restore(new UUID(1, 1), List.of(pending(1, SPEC)))))
        .isInstanceOf(StorageException.class);

    markAs(Stage.UNDOING);
    assertThatThrownBy(() -> restore(pending(1, SPEC))).isInstanceOf(StorageException.class);
    assertThat(list(TaskQuery.all())).isEmpty();
  }

  // ---- export ----

  @Test
  void export_ofAnEmptyStore_isEmpty() {
    assertThat(exported(Optional.empty(), 10)).isEmpty();
  }

  @Test
  void export_givesLiveAndFinishedTasksAscending() {
    finish(task(3));
    apply(failure(start(task(5))));
    Claimed running = start(task(2));
    insert(task(4), task(1));

    List<Task> all = exported(Optional.empty(), 10);

    assertThat(all).extracting(Task::id).containsExactlyElementsOf(ids(1, 2, 3, 4, 5));
    assertThat(all).contains(running.task());
    assertThat(all).allSatisfy(task -> assertThat(task).isEqualTo(find(task.id())));
  }

  @Test
  void export_pageByPage_givesEachTaskOnce() {
    var random = new Random(5);
    IntStream.range(0, 60)
        .mapToObj(n -> task(n * 7 % 60))
        .forEach(
            task -> {
              insert(task);
              if (random.nextInt(3) > 0) {
                apply(success(claimOnly(task.id())));
              } else {
                apply(Samples.cancel(find(task.id())));
                apply(retry(find(task.id()), NOON.plus(HOUR)));
              }
              if (random.nextInt(20) == 0) {
                ((DurableHome) home()).compact(store);
              }
            });
    delete(id(9));
    delete(id(30));

    var found = new ArrayList<TaskId>();
    Optional<TaskId> last = Optional.empty();
    for (List<Task> page = exported(last, 7); !page.isEmpty(); page = exported(last, 7)) {
      assertThat(page).hasSizeLessThanOrEqualTo(7);
      page.forEach(task -> found.add(task.id()));
      last = Optional.of(page.get(page.size() - 1).id());
    }

    assertThat(found)
        .containsExactlyElementsOf(
            IntStream.range(0, 60).filter(n -> n != 9 && n != 30).mapToObj(Samples::id).toList());
  }
}
