package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.ChangedTasks.Each;
import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Changes of all tasks that a query asks for. */
public class ChangingManyTest extends OmniQFixture {
  private static final TaskQuery ALL = TaskQuery.all().limit(1_000);

  @OmniTask
  public static void fail() {
    throw new IllegalStateException("as always");
  }

  @OmniTask
  public static void nothing() {}

  @OmniTask
  public static void chatter() {
    for (int i = 0; i < 100; i++) {
      TaskContext.current().log("x".repeat(1_000));
    }
  }

  private List<TaskId> failed(int number) {
    List<TaskId> ids =
        omniq.enqueueAll(
            Stream.generate(() -> task(ChangingManyTest::fail).maxRetries(0))
                .limit(number)
                .toList());
    inline(ChangingManyTest.class).runDue();
    return ids;
  }

  private TaskStatus status(TaskId id) {
    return omniq.task(id).orElseThrow().status();
  }

  @Test
  void change_goesPageByPage_throughAllThatMatch() {
    List<TaskId> ids = failed(25);
    TaskId other = omniq.enqueue(task(ChangingManyTest::nothing).delay(Duration.ofHours(1)));
    heard.clear();

    List<Integer> changed = new ArrayList<>();
    Optional<TaskQuery> page = Optional.of(TaskQuery.all().status(TaskStatus.FAILED).limit(10));
    while (page.isPresent()) {
      ChangedTasks done = omniq.change(TaskChange.RETRY, page.get());
      changed.add(done.changed());
      page = done.next();
    }

    assertThat(changed).containsExactly(10, 10, 5);
    assertThat(ids).allMatch(id -> status(id) == TaskStatus.PENDING);
    assertThat(heard).hasSize(25).containsOnly(TaskListener.Kind.RETRIED);
    assertThat(status(other)).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void change_ofAPage_isOneReadAndOneWrite() {
    List<String> calls = new ArrayList<>();
    TaskStore store = new MemoryStore(clock);
    TaskStore heardStore =
        (TaskStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TaskStore.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName());
                  return method.invoke(store, arguments);
                });
    try (OmniQ queue = OmniQ.on(heardStore, Settings.ofUrl("memory:").timeSource(clock).build())) {
      queue.enqueueAll(Stream.generate(() -> task(ChangingManyTest::nothing)).limit(500).toList());
      calls.clear();

      assertThat(queue.change(TaskChange.CANCEL, ALL).changed()).isEqualTo(500);
      assertThat(queue.change(TaskChange.DELETE, ALL).changed()).isEqualTo(500);

      assertThat(calls)
          .filteredOn(call -> !call.equals("now"))
          .containsExactly("list", "apply", "list", "delete");
    }
  }

  @Test
  void change_leavesWhatCannotBeChanged_andSaysWhy() {
    TaskId pending = omniq.enqueue(task(ChangingManyTest::nothing).delay(Duration.ofHours(1)));
    TaskId failed = failed(1).get(0);

    ChangedTasks cancelled = omniq.change(TaskChange.CANCEL, ALL);

    assertThat(cancelled.tasks())
        .containsExactly(
            new Each(
                failed,
                false,
                "task " + failed + " is FAILED; only a task that waits or runs can be cancelled"),
            new Each(pending, true, "cancelled"));
    assertThat(omniq.change(TaskChange.RUN_NOW, ALL).tasks())
        .extracting(Each::outcome)
        .allMatch(outcome -> outcome.contains("only a task that waits can be rescheduled"));
    assertThat(cancelled.next()).isEmpty();
  }

  @Test
  void change_ofATaskThatIsNoLongerAsItWasListed_isTriedOnceMore() {
    TaskId moved = omniq.enqueue(task(ChangingManyTest::nothing).delay(Duration.ofHours(1)));
    TaskId gone = omniq.enqueue(task(ChangingManyTest::nothing).delay(Duration.ofHours(1)));
    TaskId ended = omniq.enqueue(task(ChangingManyTest::nothing).delay(Duration.ofHours(1)));

    ChangedTasks changed =
        omniq.change(
            TaskChange.RUN_NOW,
            ALL,
            task -> {
              if (task.id().equals(gone)) {
                omniq.async().delete(gone);
                omniq.async().cancel(ended);
                omniq.async().reschedule(moved, NOON.plusSeconds(60));
              }
              return true;
            });

    assertThat(changed.tasks())
        .containsExactly(
            new Each(
                ended,
                false,
                "task "
                    + ended
                    + " is CANCELLED; only a task that waits can be rescheduled, but this one"
                    + " retried"),
            new Each(gone, false, "there is no task " + gone + " to reschedule"),
            new Each(moved, true, "due now"));
    assertThat(omniq.task(moved).orElseThrow().dueAt()).isEqualTo(NOON);
  }

  @Test
  void cancel_ofATaskThatHasEndedMeanwhile_saysSo() {
    TaskId id = omniq.enqueue(task(ChangingManyTest::nothing));

    ChangedTasks changed =
        omniq.change(
            TaskChange.CANCEL,
            ALL,
            task ->
                CompletableFuture.supplyAsync(() -> inline(ChangingManyTest.class).runDue()).join()
                    == 1);

    assertThat(changed.tasks()).containsExactly(new Each(id, false, "already finished"));
    assertThat(status(id)).isEqualTo(TaskStatus.SUCCESS);
  }

  @Test
  void change_withACondition_leavesTheOthers() {
    List<TaskId> ids = failed(4);

    ChangedTasks changed =
        omniq.change(TaskChange.RETRY, ALL.limit(4), task -> task.id().equals(ids.get(2)));

    assertThat(changed.tasks()).containsExactly(new Each(ids.get(2), true, "retried"));
    assertThat(changed.next()).contains(ALL.limit(4).after(ids.get(0)));
    assertThat(status(ids.get(1))).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void conditionThatThrows_failsTheCall_andNothingIsChanged() {
    List<TaskId> ids = failed(2);

    assertThatThrownBy(
            () ->
                omniq.change(
                    TaskChange.DELETE,
                    ALL,
                    task -> {
                      throw new IllegalArgumentException("no");
                    }))
        .hasMessageContaining("no");
    assertThat(ids).allMatch(id -> omniq.task(id).isPresent());
  }

  @Test
  void retry_whereALiveTaskHoldsTheKey_namesIt() {
    TaskId first = omniq.enqueue(task(ChangingManyTest::fail).maxRetries(0).uniqueKey("k"));
    inline(ChangingManyTest.class).runDue();
    TaskId holder = omniq.enqueue(task(ChangingManyTest::fail).uniqueKey("k"));

    ChangedTasks changed = omniq.change(TaskChange.RETRY, ALL.status(TaskStatus.FAILED));

    assertThat(changed.tasks())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.id()).isEqualTo(first);
              assertThat(each.changed()).isFalse();
              assertThat(each.outcome()).contains("'k' is held by live task " + holder);
            });
  }

  @Test
  void delete_tellsWhatBecameOfSeries() {
    TaskId run =
        omniq.enqueue(task(ChangingManyTest::nothing).eta(NOON).interval(Duration.ofHours(1)));
    inline(ChangingManyTest.class).runDue();
    Task next = omniq.tasks(ALL.status(TaskStatus.PENDING)).get(0);

    assertThat(omniq.change(TaskChange.DELETE, ALL.status(TaskStatus.SUCCESS)).tasks())
        .containsExactly(new Each(run, true, "series continues"));
    assertThat(omniq.change(TaskChange.DELETE, ALL).tasks())
        .containsExactly(new Each(next.id(), true, "series ended"));
  }

  @Test
  void largeStates_goInSeveralWrites_andInTheOrderOfThePage() {
    List<TaskId> ids =
        omniq.enqueueAll(Stream.generate(() -> task(ChangingManyTest::chatter)).limit(90).toList());
    InlineWorker worker = inline(ChangingManyTest.class);
    worker.runDue();

    List<Each> retried = omniq.change(TaskChange.RETRY, ALL).tasks();

    assertThat(retried).hasSize(90).allMatch(Each::changed);
    assertThat(retried.get(0).id()).isEqualTo(ids.get(89));
    assertThat(retried.get(89).id()).isEqualTo(ids.get(0));
  }

  @Test
  void nothingThatMatches_isAnEmptyAnswer() {
    assertThat(omniq.change(TaskChange.RETRY, ALL))
        .isEqualTo(new ChangedTasks(List.of(), Optional.empty()));
  }
}
