package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.dueAt;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Inserted;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store keeps of {@link dev.omniq.storage.TaskStore#insert}. */
abstract class InsertContract extends ContractFixture {
  private static final TaskSpec OTHER = TaskSpec.of("other", "[\"other\"]");

  InsertContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  @Test
  void insert_storesAllThatWasGiven() {
    TaskSpec spec =
        new TaskSpec(
            "report",
            "[1,\"two\",{\"three\":3}]",
            "reports",
            7,
            new Schedule.FixedRate(MINUTE),
            Optional.of("the report"),
            new RetryPolicy(5, MINUTE, 1.5, HOUR, 0.1, List.of("java.io.IOException")),
            Optional.empty(),
            Map.of("tenant", "a", "colour", "green"));
    var task = new NewTask(id(2), spec, new Due.At(NOON.plus(HOUR)), id(1), 2);

    insert(task);

    TaskState state = TaskState.pending(NOON.plus(HOUR));
    assertThat(find(id(2)))
        .isEqualTo(new Task(id(2), spec, id(1), 2, NOON, NOON.plus(HOUR), state));
  }

  @Test
  void insert_ofANewTask_saysThatItWasCreated() {
    assertThat(insert(task(1))).containsExactly(new Inserted(id(1), true));
  }

  @Test
  void insert_ofAnIdThatIsPending_changesNothing() {
    insert(task(1));

    assertThat(insert(task(1, OTHER))).containsExactly(new Inserted(id(1), false));
    assertThat(find(id(1)).spec()).isEqualTo(SPEC);
  }

  @Test
  void insert_ofAnIdThatIsRunning_changesNothing() {
    Task running = start(task(1)).task();

    assertThat(insert(task(1, OTHER))).containsExactly(new Inserted(id(1), false));
    assertThat(find(id(1))).isEqualTo(running);
  }

  @Test
  void insert_ofAnIdThatHasFinished_changesNothing() {
    Task finished = finish(task(1));

    assertThat(insert(task(1))).containsExactly(new Inserted(id(1), false));
    assertThat(find(id(1))).isEqualTo(finished);
  }

  @Test
  void insert_ofAnIdThatWasDeleted_storesItAnew() {
    insert(task(1));
    delete(id(1));

    assertThat(insert(task(1, OTHER))).containsExactly(new Inserted(id(1), true));
    assertThat(find(id(1)).spec()).isEqualTo(OTHER);
  }

  @Test
  void insert_ofAKeyThatIsPending_namesItsHolder() {
    insert(task(1, keyed("key")));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(1), false));
    assertThat(lookUp(id(2))).isEmpty();
  }

  @Test
  void insert_ofAKeyThatIsRunning_namesItsHolder() {
    start(task(1, keyed("key")));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void insert_ofAKeyWhoseTaskHasFinished_storesTheTask() {
    finish(task(1, keyed("key")));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void insert_ofAKeyThatIsHeldInAnotherQueue_storesTheTask() {
    insert(task(1, keyed("key")));
    TaskSpec elsewhere = keyed("key").toBuilder().queue("elsewhere").build();

    assertThat(insert(task(2, elsewhere))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void insert_ofAKeyThatIsHeldByAnotherName_namesItsHolder() {
    insert(task(1, keyed("key")));

    assertThat(insert(task(2, keyed(OTHER, "key")))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void insert_ofAnotherKey_storesTheTask() {
    insert(task(1, keyed("key")));

    assertThat(insert(task(2, keyed("Key")))).containsExactly(new Inserted(id(2), true));
  }

  @Test
  void insert_ofOneIdTwiceInAList_resolvesToTheFirst() {
    assertThat(insert(task(1), task(1, OTHER)))
        .containsExactly(new Inserted(id(1), true), new Inserted(id(1), false));
    assertThat(find(id(1)).spec()).isEqualTo(SPEC);
  }

  @Test
  void insert_ofOneKeyTwiceInAList_resolvesToTheFirst() {
    assertThat(insert(task(2, keyed("key")), task(1, keyed("key"))))
        .containsExactly(new Inserted(id(2), true), new Inserted(id(2), false));
    assertThat(lookUp(id(1))).isEmpty();
  }

  @Test
  void insert_ofOldAndNewTasks_answersInTheirOrder() {
    insert(task(1), task(2, keyed("key")));

    assertThat(insert(task(4), task(1), task(5, keyed("key")), task(3)))
        .containsExactly(
            new Inserted(id(4), true),
            new Inserted(id(1), false),
            new Inserted(id(2), false),
            new Inserted(id(3), true));
  }

  @Test
  void insert_withADelay_isDueByTheClockOfTheStore() {
    clock.advance(MINUTE);

    insert(task(1, SPEC, new Due.After(HOUR)));

    assertThat(find(id(1)).dueAt()).isEqualTo(NOON.plus(MINUTE).plus(HOUR));
    assertThat(find(id(1)).plannedAt()).isEqualTo(NOON.plus(MINUTE).plus(HOUR));
    assertThat(find(id(1)).createdAt()).isEqualTo(NOON.plus(MINUTE));
  }

  @Test
  void insert_withADueTimeInThePast_isDueAtOnce() {
    insert(dueAt(1, NOON.minus(HOUR)));

    assertThat(claimedIds(ask())).containsExactly(id(1));
  }

  @Test
  void insert_ofARunWhoseSeriesIsLive_namesTheLiveRun() {
    insert(task(1, HOURLY));

    assertThat(insert(nextRun(find(id(1)), 2))).containsExactly(new Inserted(id(1), false));
    assertThat(lookUp(id(2))).isEmpty();
  }

  @Test
  void insert_ofARunWhoseSeriesIsNotLive_storesTheRun() {
    Task first = finish(task(1, HOURLY));

    assertThat(insert(nextRun(first, 2))).containsExactly(new Inserted(id(2), true));
    assertThat(liveRun(id(1))).contains(id(2));
  }

  @Test
  void insert_ofAThousandTasks_storesAllOfThem() {
    insert(IntStream.range(0, 1_000).mapToObj(Samples::task).toArray(NewTask[]::new));

    assertThat(list(TaskQuery.all().limit(2_000)))
        .hasSize(1_000)
        .containsExactlyElementsOf(IntStream.range(0, 1_000).mapToObj(n -> id(999 - n)).toList());
  }

  @Test
  void insert_thatIsRefusedHalfWay_storesNothing() {
    List<NewTask> bad = Arrays.asList(task(1), null);

    assertThatThrownBy(() -> get(store.insert(bad))).isInstanceOf(RuntimeException.class);
    assertThat(lookUp(id(1))).isEmpty();
  }

  @Test
  void insert_takesTheTimeFromTheClockOfEachMoment() {
    insert(task(1));
    clock.jump(Duration.ofHours(-1));
    insert(task(2));

    assertThat(find(id(1)).createdAt()).isEqualTo(NOON);
    assertThat(find(id(2)).createdAt()).isEqualTo(NOON.minus(HOUR));
    assertThat(find(id(2)).status()).isEqualTo(TaskStatus.PENDING);
  }
}
