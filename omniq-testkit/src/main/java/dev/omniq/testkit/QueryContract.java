package dev.omniq.testkit;

import static dev.omniq.task.TaskStatus.CANCELLED;
import static dev.omniq.task.TaskStatus.FAILED;
import static dev.omniq.task.TaskStatus.PENDING;
import static dev.omniq.task.TaskStatus.RUNNING;
import static dev.omniq.task.TaskStatus.SUCCESS;
import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.MAIL;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.QUEUE;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.dueAt;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.inQueue;
import static dev.omniq.testkit.Samples.named;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.QueueStats.Counts;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every store tells of what it holds. */
abstract class QueryContract extends ContractFixture {

  QueryContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  @Test
  void now_isTheClockOfTheStore() {
    clock.jump(HOUR);

    assertThat(store.now()).isEqualTo(NOON.plus(HOUR));
  }

  @Test
  void find_ofAnUnknownTask_isEmpty() {
    insert(task(1));

    assertThat(lookUp(id(2))).isEmpty();
  }

  @Test
  void find_tellsTheTaskInEveryState() {
    insert(task(1));
    assertThat(status(1)).isEqualTo(PENDING);
    Claimed claimed = claimOnly(id(1));
    assertThat(status(1)).isEqualTo(RUNNING);
    apply(failure(claimed));
    assertThat(status(1)).isEqualTo(FAILED);
  }

  /** What {@link dev.omniq.storage.TaskStore#list} tells. */
  @Nested
  class Listing {
    private final TaskQuery all = TaskQuery.all();

    @Test
    void list_tellsTheNewestIdFirst_whateverItsState() {
      insert(task(2), task(4), task(1));
      Claimed claimed = claim(ask().limit(1)).get(0);
      apply(success(claimed));
      start4();
      insert(task(3));

      assertThat(list(all)).containsExactlyElementsOf(ids(4, 3, 2, 1));
    }

    private void start4() {
      claim(ask().limit(1));
      assertThat(status(4)).isEqualTo(RUNNING);
    }

    @Test
    void list_tellsTheTasksAsFindDoes() {
      finish(task(1));
      insert(task(2));

      assertThat(get(store.list(all))).containsExactly(find(id(2)), find(id(1)));
    }

    @Test
    void list_tellsNoMoreThanItsLimit() {
      insert(task(1), task(2), task(3));

      assertThat(list(all.limit(2))).containsExactly(id(3), id(2));
    }

    @Test
    void list_goesOnBehindTheCursor() {
      insert(task(1), task(2), task(3), task(4));

      assertThat(list(all.limit(2).after(id(4)))).containsExactly(id(3), id(2));
      assertThat(list(all.limit(2).after(id(2)))).containsExactly(id(1));
      assertThat(list(all.after(id(1)))).isEmpty();
    }

    @Test
    void list_behindATaskThatIsGone_goesOn() {
      insert(task(1), task(2), task(3));
      delete(id(2));

      assertThat(list(all.after(id(2)))).containsExactly(id(1));
    }

    @Test
    void list_isNotShiftedByTasksThatArrive() {
      insert(task(2), task(4), task(6));
      List<TaskId> first = list(all.limit(2));
      insert(task(5), task(7));

      assertThat(first).containsExactly(id(6), id(4));
      assertThat(list(all.limit(2).after(id(4)))).containsExactly(id(2));
    }

    @Test
    void list_byStatus_tellsOnlyThese() {
      fiveStates();

      assertThat(list(all.status(FAILED))).containsExactly(id(4));
      assertThat(list(all.status(PENDING, SUCCESS))).containsExactly(id(3), id(1));
      assertThat(list(all.live())).containsExactly(id(2), id(1));
    }

    @Test
    void list_byQueue_tellsOnlyIts() {
      insert(task(1), inQueue(2, "other"), task(3));

      assertThat(list(all.queue("other"))).containsExactly(id(2));
      assertThat(list(all.queue("none"))).isEmpty();
    }

    @Test
    void list_byName_tellsOnlyIts() {
      finish(task(1));
      insert(named(2, "other"), task(3));

      assertThat(list(all.name(MAIL))).containsExactly(id(3), id(1));
    }

    @Test
    void list_bySeries_tellsAllItsRuns() {
      Claimed run = start(task(1, HOURLY));
      apply(success(run, nextRun(run.task(), 3)));
      insert(task(2, HOURLY));

      assertThat(list(all.series(id(1)))).containsExactly(id(3), id(1));
    }

    @Test
    void list_ofRecurringTasks_tellsOnlyThese() {
      insert(task(1), task(2, HOURLY), task(3));

      assertThat(list(all.recurring())).containsExactly(id(2));
    }

    @Test
    void list_byLabels_tellsWhatCarriesThemAll() {
      insert(
          labelled(1, Map.of("tenant", "a")),
          labelled(2, Map.of("tenant", "a", "colour", "red")),
          labelled(3, Map.of("tenant", "b", "colour", "red")),
          task(4));

      assertThat(list(all.label("tenant", "a"))).containsExactly(id(2), id(1));
      assertThat(list(all.label("tenant", "a").label("colour", "red"))).containsExactly(id(2));
    }

    @Test
    void list_byLabel_followsWhatBecomesOfATask() {
      Map<String, String> labels = Map.of("tenant", "a", "colour", "red");
      TaskQuery red = all.label("colour", "red");
      insert(labelled(1, labels), labelled(2, labels), labelled(3, Map.of("tenant", "a")), task(4));
      assertThat(list(red.status(PENDING))).containsExactly(id(2), id(1));

      Claimed claimed = claim(ask().limit(1)).get(0);
      assertThat(list(red.status(PENDING))).containsExactly(id(2));
      assertThat(list(red.status(RUNNING))).containsExactly(id(1));
      assertThat(list(red.live())).containsExactly(id(2), id(1));

      apply(failure(claimed));
      assertThat(list(red.status(FAILED))).containsExactly(id(1));
      assertThat(list(red.status(FAILED, PENDING))).containsExactly(id(2), id(1));
      assertThat(list(red.status(SUCCESS))).isEmpty();

      apply(Samples.retry(find(id(1)), NOON));
      assertThat(list(red.status(FAILED))).isEmpty();
      assertThat(list(red.live().label("tenant", "a"))).containsExactly(id(2), id(1));

      delete(id(2));
      assertThat(list(red)).containsExactly(id(1));
    }

    @Test
    void list_byLabelAndWhatElseIsAsked_tellsOnlyThese() {
      Map<String, String> labels = Map.of("tenant", "a");
      insert(
          task(1, SPEC.toBuilder().labels(labels).queue("mail").build()),
          task(2, SPEC.toBuilder().labels(labels).name("other").build()),
          task(3, HOURLY.toBuilder().labels(labels).build()),
          task(4, SPEC.toBuilder().queue("mail").build()));
      TaskQuery ofA = all.label("tenant", "a");

      assertThat(list(ofA.queue("mail"))).containsExactly(id(1));
      assertThat(list(ofA.name("other"))).containsExactly(id(2));
      assertThat(list(ofA.recurring())).containsExactly(id(3));
      assertThat(list(ofA.series(id(3)))).containsExactly(id(3));
      assertThat(list(ofA.limit(2))).containsExactly(id(3), id(2));
      assertThat(list(ofA.limit(2).after(id(2)))).containsExactly(id(1));
      assertThat(list(ofA.created(NOON, NOON.plus(SECOND)))).hasSize(3);
      assertThat(list(ofA.created(NOON.plus(SECOND), NOON.plus(HOUR)))).isEmpty();
    }

    /** Most ids tell when their task was stored, but any may be brought along. */
    @Test
    void list_byTime_goesByWhenATaskWasStored_whateverItsIdTells() {
      TaskId drawnNow = drawn(NOON);
      TaskId drawnLater = drawn(NOON.plus(HOUR).plus(SECOND));
      insert(
          task(1),
          NewTask.first(drawnNow, SPEC, Due.now()),
          NewTask.first(drawnLater, SPEC, Due.now()));
      clock.advance(HOUR);
      TaskId drawnThen = drawn(NOON.plus(HOUR));
      insert(task(2), NewTask.first(drawnThen, SPEC, Due.now()));

      TaskQuery atNoon = all.created(NOON, NOON.plus(SECOND));
      assertThat(list(atNoon)).containsExactly(drawnLater, drawnNow, id(1));
      assertThat(list(atNoon.limit(2))).containsExactly(drawnLater, drawnNow);
      assertThat(list(atNoon.limit(2).after(drawnNow))).containsExactly(id(1));
      assertThat(list(atNoon.queue(QUEUE).status(PENDING)))
          .containsExactly(drawnLater, drawnNow, id(1));
      assertThat(list(atNoon.status(SUCCESS))).isEmpty();
      assertThat(list(all.created(NOON.plus(HOUR), NOON.plus(HOUR).plus(SECOND))))
          .containsExactly(drawnThen, id(2));
      delete(id(1));
      assertThat(list(atNoon)).containsExactly(drawnLater, drawnNow);
    }

    private static TaskId drawn(Instant at) {
      return new TaskId(new UUID(at.toEpochMilli() << 16 | 0x7000, 1));
    }

    @Test
    void list_byTime_takesTheBeginningAndLeavesTheEnd() {
      for (int number = 1; number <= 3; number++) {
        insert(task(number));
        clock.advance(SECOND);
      }

      assertThat(list(all.created(NOON.plusSeconds(1), NOON.plusSeconds(2))))
          .containsExactly(id(2));
      assertThat(list(all.created(NOON, NOON.plusSeconds(9)))).hasSize(3);
    }

    @Test
    void list_byAllConditions_countsTheLimitLast() {
      insert(IntStream.range(0, 40).mapToObj(this::mixed).toArray(NewTask[]::new));

      assertThat(list(all.queue("odd").name("third").limit(3)))
          .containsExactlyElementsOf(ids(39, 33, 27));
      assertThat(list(all.queue("odd").name("third").limit(3).after(id(27))))
          .containsExactlyElementsOf(ids(21, 15, 9));
    }

    private NewTask mixed(int number) {
      return task(
          number,
          SPEC.toBuilder()
              .queue(number % 2 == 1 ? "odd" : "even")
              .name(number % 3 == 0 ? "third" : "other")
              .build());
    }

    private NewTask labelled(int number, Map<String, String> labels) {
      return task(number, SPEC.toBuilder().labels(labels).build());
    }
  }

  /** What {@link dev.omniq.storage.TaskStore#stats} tells. */
  @Nested
  class Stats {
    @Test
    void stats_countsEachStatus() {
      fiveStates();

      assertThat(counts(QUEUE))
          .containsOnly(
              entry(PENDING, 1L),
              entry(RUNNING, 1L),
              entry(SUCCESS, 1L),
              entry(FAILED, 1L),
              entry(CANCELLED, 1L));
    }

    @Test
    void stats_countsEachQueueForItself() {
      insert(inQueue(1, "a"), inQueue(2, "a"), inQueue(3, "b"));

      assertThat(counts("a")).containsOnly(entry(PENDING, 2L));
      assertThat(counts("b")).containsOnly(entry(PENDING, 1L));
      assertThat(counts(QUEUE)).isEmpty();
    }

    @Test
    void stats_followsWhatHappens() {
      Task task = finish(task(1));
      apply(Samples.retry(task, NOON));
      assertThat(counts(QUEUE)).containsOnly(entry(PENDING, 1L));
      delete(id(1));
      assertThat(counts(QUEUE)).isEmpty();
    }

    @Test
    void stats_countsTheFollowUp() {
      Claimed run = start(task(1, HOURLY));
      apply(success(run, nextRun(run.task(), 2)));

      assertThat(counts(QUEUE)).containsOnly(entry(PENDING, 1L), entry(SUCCESS, 1L));
    }

    @Test
    void stats_tellsTheOldestDueTimeOfWhatIsPending() {
      start(dueAt(1, NOON));
      insert(dueAt(2, NOON.plusSeconds(9)), dueAt(3, NOON.plusSeconds(5)), inQueue(4, "other"));

      assertThat(counts().oldestDue()).contains(NOON.plusSeconds(5));
    }

    @Test
    void stats_withoutPendingTasks_tellsNoDueTime() {
      start(task(1));

      assertThat(counts().oldestDue()).isEmpty();
    }

    @Test
    void stats_countsLiveTasksByName() {
      finish(task(1));
      start(task(2));
      insert(task(3), named(4, "other"), named(5, "other"), inQueue(6, "elsewhere"));

      assertThat(stats().liveByName()).containsOnly(entry(MAIL, 3L), entry("other", 2L));
    }

    @Test
    void stats_tellsWhenItCounted() {
      clock.advance(SECOND);

      assertThat(stats().at()).isEqualTo(NOON.plus(SECOND));
    }

    private Counts counts() {
      return stats().queues().getOrDefault(QUEUE, Normal.NO_TASKS);
    }

    private StoreStats stats() {
      return get(store.stats());
    }

    private Map<TaskStatus, Long> counts(String queue) {
      return Normal.stats(stats()).queues().getOrDefault(queue, Normal.NO_TASKS).byStatus();
    }
  }

  /** Task 1 is PENDING, 2 RUNNING, 3 SUCCESS, 4 FAILED, 5 CANCELLED. */
  private void fiveStates() {
    finish(task(3));
    apply(failure(start(task(4))));
    insert(task(5));
    apply(cancel(find(id(5))));
    start(task(2));
    insert(task(1));
  }

  /** What {@link dev.omniq.storage.TaskStore#changes} tells. */
  @Nested
  class Tail {
    @Test
    void changes_tellsEveryTransitionInItsOrder() {
      Claimed run = start(task(1, HOURLY));
      apply(success(run, nextRun(run.task(), 2)));
      apply(cancel(find(id(2))));

      assertThat(changes(0).changes())
          .extracting(Change::id, Change::status)
          .containsExactly(
              tuple(id(1), PENDING),
              tuple(id(1), RUNNING),
              tuple(id(1), SUCCESS),
              tuple(id(2), PENDING),
              tuple(id(2), CANCELLED));
    }

    @Test
    void changes_tellsWhatWhenAndWhich() {
      clock.advance(SECOND);
      insert(named(1, "name"));

      Change change = changes(0).changes().get(0);

      assertThat(change)
          .isEqualTo(new Change(change.position(), NOON.plus(SECOND), id(1), "name", PENDING));
    }

    @Test
    void changes_goOnBehindAPosition() {
      insert(task(1), task(2));
      Changes first = changes(0);
      insert(task(3));

      Changes second = changes(first.last());

      assertThat(second.changes()).extracting(Change::id).containsExactly(id(3));
      assertThat(second.missed()).isFalse();
      assertThat(second.last()).isEqualTo(first.last() + 1);
    }

    @Test
    void changes_withoutNews_staysWhereItIs() {
      insert(task(1));
      long last = changes(0).last();

      assertThat(changes(last)).isEqualTo(new Changes(List.of(), last, false));
    }

    @Test
    void changes_tellsNoMoreThanItsLimit_theOldestFirst() {
      insert(task(1), task(2), task(3));

      Changes first = get(store.changes(0, 2));

      assertThat(first.changes()).extracting(Change::id).containsExactly(id(1), id(2));
      assertThat(get(store.changes(first.last(), 2)).changes())
          .extracting(Change::id)
          .containsExactly(id(3));
    }

    @Test
    void changes_positionsAscendByOne() {
      insert(task(1), task(2), task(3));
      long first = changes(0).changes().get(0).position();

      assertThat(changes(0).changes())
          .extracting(Change::position)
          .containsExactly(first, first + 1, first + 2);
    }

    @Test
    void changes_tellsNothingOfWhatDidNotHappen() {
      Claimed claimed = start(task(1));
      insert(task(1));
      apply(success(new Claimed(claimed.task(), claimed.token().plus(1))));
      long last = changes(0).last();

      assertThat(last - changes(0).changes().get(0).position()).isEqualTo(1);
    }

    @Test
    void changes_thatAreGone_areSaidToBeMissed() {
      insert(task(0));
      long start = changes(0).last();
      for (int batch = 0; batch < 6; batch++) {
        int from = 1 + 1_000 * batch;
        insert(IntStream.range(from, from + 1_000).mapToObj(Samples::task).toArray(NewTask[]::new));
      }

      Changes later = get(store.changes(start, 10_000));

      long gone = later.changes().get(0).position() - (start + 1);
      assertThat(later.missed()).isEqualTo(gone > 0);
      assertThat(later.changes()).hasSize((int) (6_000 - gone)).hasSizeGreaterThan(1_000);
    }

    private Changes changes(long after) {
      return get(store.changes(after, 100));
    }
  }
}
