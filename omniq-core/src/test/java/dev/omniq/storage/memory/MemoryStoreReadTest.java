package dev.omniq.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.Retention;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Listings, counts, changes and purges. */
class MemoryStoreReadTest extends MemoryStoreScenario {
  @Test
  void list_liveAndFinishedInOneOrder_overManySlices() {
    List<NewTask> tasks = IntStream.range(0, 2_000).mapToObj(i -> task(SPEC)).toList();
    store.insert(tasks).join();
    claim(500).forEach(claimed -> apply(settle(claimed, TaskStatus.SUCCESS)));

    List<TaskId> expected =
        tasks.stream().map(NewTask::id).sorted(Comparator.reverseOrder()).toList();
    assertThat(store.list(TaskQuery.all().limit(10_000)).join())
        .extracting(Task::id)
        .containsExactlyElementsOf(expected);
    assertThat(store.list(TaskQuery.all().status(TaskStatus.SUCCESS).limit(499)).join())
        .hasSize(499);
  }

  @Test
  void list_goesOnBehindTheCursor() {
    List<NewTask> tasks = IntStream.range(0, 5).mapToObj(i -> task(SPEC)).toList();
    store.insert(tasks).join();

    assertThat(store.list(TaskQuery.all().after(tasks.get(2).id()).limit(9)).join())
        .extracting(Task::id)
        .containsExactly(tasks.get(1).id(), tasks.get(0).id());
  }

  @Test
  void stats_liveAndFinishedOfEachQueue() {
    finished(SPEC, TaskStatus.SUCCESS);
    finished(SPEC.toBuilder().queue("q").build(), TaskStatus.FAILED);
    insert(task(SPEC));

    var stats = store.stats().join();

    assertThat(stats.queues().get("default").byStatus())
        .containsEntry(TaskStatus.SUCCESS, 1L)
        .containsEntry(TaskStatus.PENDING, 1L);
    assertThat(stats.queues().get("default").oldestDue()).contains(clock.now());
    assertThat(stats.queues().get("q").byStatus()).containsEntry(TaskStatus.FAILED, 1L);
    assertThat(stats.liveByName()).containsEntry("n", 1L);
  }

  @Test
  void changes_everyTransitionInOrder() {
    Claimed claimed = claimed(SPEC);
    apply(settle(claimed, TaskStatus.SUCCESS));

    assertThat(store.changes(0, 99).join().changes())
        .extracting(change -> change.status())
        .containsExactly(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.SUCCESS);
  }

  @Test
  void purge_whatOutlivedItsRetention() {
    Task success = finished(SPEC, TaskStatus.SUCCESS);
    Task failure = finished(SPEC, TaskStatus.CANCELLED);
    clock.advance(Duration.ofHours(1));
    Task young = finished(SPEC, TaskStatus.SUCCESS);
    var retention = new Retention(Duration.ofHours(1), Duration.ofHours(2), 100);

    assertThat(store.purge(retention, 100).join()).isEqualTo(1);
    assertThat(store.find(success.id()).join()).isEmpty();
    assertThat(store.list(TaskQuery.all()).join())
        .extracting(Task::id)
        .containsExactlyInAnyOrder(failure.id(), young.id());
  }

  @Test
  void purge_beyondTheMost_lowestIdsGoFirst() {
    List<Task> finished =
        IntStream.range(0, 5).mapToObj(i -> finished(SPEC, TaskStatus.SUCCESS)).toList();

    assertThat(store.purge(new Retention(LEASE, LEASE, 2), 2).join()).isEqualTo(2);
    assertThat(store.purge(new Retention(LEASE, LEASE, 2), 2).join()).isEqualTo(1);
    assertThat(store.list(TaskQuery.all()).join())
        .extracting(Task::id)
        .containsExactly(finished.get(4).id(), finished.get(3).id());
  }
}
