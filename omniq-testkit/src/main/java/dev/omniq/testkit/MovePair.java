package dev.omniq.testkit;

import static dev.omniq.testkit.ContractFixture.get;
import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.move.Move;
import dev.omniq.move.Side;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Two stores with tasks in both, to move those of one to the other. */
final class MovePair implements AutoCloseable {
  static final String FROM = "test:from";
  static final String TO = "test:to";

  /** The lease of the one task that runs while it is moved. */
  static final Duration LEASE = Duration.ofSeconds(2);

  private static final TaskId RUNNING = id(20);

  private final DurableHome fromHome;
  private final DurableHome toHome;
  private ManualClock clock = ManualClock.startingAt(NOON);
  private long lastToken;
  private TaskStore from;
  private TaskStore to;
  private final Map<TaskId, Task> before;
  private final Map<TaskId, Task> own;

  MovePair(Supplier<? extends StoreHome> homes) {
    fromHome = (DurableHome) homes.get();
    toHome = (DurableHome) homes.get();
    from = fromHome.open(clock);
    to = toHome.open(clock);
    fillSource();
    get(to.insert(List.of(task(101), task(102), task(103, keyed("own")))));
    get(to.apply(List.of(success(claim(to, 1).get(0)))));
    before = tasks(from);
    own = tasks(to);
  }

  /** A task of every status, a series, held keys, more than a few pages. */
  private void fillSource() {
    get(from.insert(List.of(task(1), task(2), task(3, HOURLY))));
    List<Claimed> first = claim(from, 3);
    get(
        from.apply(
            List.of(
                success(first.get(0)),
                failure(first.get(1)),
                success(first.get(2), nextRun(first.get(2).task(), 4)))));
    get(from.insert(List.of(task(20))));
    claim(from, 1);
    var waiting = new ArrayList<NewTask>();
    waiting.add(task(5, keyed("key")));
    waiting.add(task(6, SPEC, new Due.At(NOON.plus(HOUR))));
    for (int n = 7; n < 14; n++) {
      waiting.add(task(n));
    }
    get(from.insert(waiting));
    Task cancelled = get(from.find(id(13))).orElseThrow();
    get(from.apply(List.of(Samples.cancel(cancelled))));
  }

  private List<Claimed> claim(TaskStore store, int limit) {
    lastToken += 1_000;
    return get(
        store.claim(
            Ask.from(new ClaimToken(Ask.WORKER, lastToken)).limit(limit).lease(LEASE).request()));
  }

  TaskStore from() {
    return from;
  }

  TaskStore to() {
    return to;
  }

  /** A move between the two; something may happen before each call of a store. */
  Move move(Runnable beforeEachCall) {
    return move(FROM, TO, beforeEachCall);
  }

  Move move(String fromUrl, String toUrl, Runnable beforeEachCall) {
    return new Move(
        Side.of(new SteppedStore(from, beforeEachCall), fromUrl),
        Side.of(new SteppedStore(to, beforeEachCall), toUrl),
        new LeapingTime(() -> clock),
        (phase, done, total) -> assertThat(done).isLessThanOrEqualTo(total));
  }

  /** A program enqueues in the target, whatever goes on there. */
  void enqueueInTarget(int number) {
    get(to.insert(List.of(task(number))));
    own.put(id(number), get(to.find(id(number))).orElseThrow());
  }

  /** Both processes die, with whoever moved. */
  void crash() {
    fromHome.crash(from);
    toHome.crash(to);
    clock = ManualClock.startingAt(clock.now(), clock.nanoTime() - HOUR.toNanos());
    from = fromHome.open(clock);
    to = toHome.open(clock);
  }

  boolean isComplete() {
    return mark(from).filter(mark -> mark.stage() == MoveMark.Stage.COMPLETE).isPresent();
  }

  static Optional<MoveMark> mark(TaskStore store) {
    return get(((Movable) store).mark());
  }

  /** Every task is in the target once, as it was; the source is closed, and nothing is lost. */
  void assertMoved() {
    assertThat(isComplete()).isTrue();
    assertThat(mark(to)).isEmpty();
    var expected = new TreeMap<>(before);
    expected.putAll(own);
    Map<TaskId, Task> found = tasks(to);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    assertReleased(Objects.requireNonNull(found.remove(RUNNING)));
    expected.remove(RUNNING);
    assertThat(found).isEqualTo(expected);
    assertThat(tasks(from).keySet()).isEqualTo(before.keySet());
    assertThatThrownBy(() -> get(from.insert(List.of(task(200)))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(TO);
    assertGivesOut(to, found);
  }

  /** The target has its own tasks alone, and the source goes on as if nothing had been. */
  void assertUndone() {
    assertThat(mark(from)).isEmpty();
    assertThat(mark(to)).isEmpty();
    assertThat(tasks(to)).isEqualTo(own);
    Map<TaskId, Task> found = tasks(from);
    assertThat(found.keySet()).isEqualTo(before.keySet());
    var expected = new TreeMap<>(before);
    expected.remove(RUNNING);
    found.remove(RUNNING);
    assertThat(found).isEqualTo(expected);
    assertGivesOut(from, found);
    assertGivesOut(to, own);
  }

  /** Its worker can never settle it: it waits, and the attempt does not count. */
  private static void assertReleased(Task task) {
    assertThat(task.status()).isEqualTo(TaskStatus.PENDING);
    assertThat(task.attempt()).isZero();
  }

  /** All tasks that are due, each once, in the order of their ids. */
  private void assertGivesOut(TaskStore store, Map<TaskId, Task> tasks) {
    List<TaskId> due =
        tasks.values().stream()
            .filter(task -> task.status() == TaskStatus.PENDING)
            .filter(task -> !task.dueAt().isAfter(clock.now()))
            .map(Task::id)
            .toList();
    List<TaskId> given =
        claim(store, 100).stream()
            .map(claimed -> claimed.task().id())
            .filter(id -> !id.equals(RUNNING))
            .toList();
    assertThat(given).containsExactlyInAnyOrderElementsOf(due).doesNotHaveDuplicates();
  }

  static Map<TaskId, Task> tasks(TaskStore store) {
    var tasks = new TreeMap<TaskId, Task>();
    get(((Movable) store).export(Optional.empty(), 1_000)).forEach(t -> tasks.put(t.id(), t));
    return tasks;
  }

  @Override
  public void close() {
    from.close();
    to.close();
    fromHome.demolish();
    toHome.demolish();
  }
}
