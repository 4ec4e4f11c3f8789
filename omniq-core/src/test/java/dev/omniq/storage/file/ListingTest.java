package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of tasks of which a segment with an index tells one part and the tail the other. */
class ListingTest {
  private static final Set<TaskStatus> FINISHED =
      EnumSet.of(TaskStatus.SUCCESS, TaskStatus.FAILED, TaskStatus.CANCELLED);

  @TempDir Path directory;
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<Task> list(TaskQuery query) {
    return StoreFixture.get(fixture.store().list(query.limit(TaskQuery.MAX_LIMIT)));
  }

  private TaskId insert(TaskSpec spec, TaskId series) {
    return fixture.insert(new NewTask(TaskId.next(fixture.time.now()), spec, Due.now(), series, 2));
  }

  private static TaskSpec labelled(String tenant) {
    return TaskSpec.of("send", "[1]").toBuilder().labels(Map.of("tenant", tenant)).build();
  }

  /** The segments so far get indexes; what follows stays in the tail, which has none. */
  private void seal() {
    fixture.segmentBytes(1).insert();
    fixture.segmentBytes(FileStoreOptions.defaults().segmentBytes());
  }

  @Test
  void list_byLabelOrSeriesAndEnd_findsWhatTheTailEnded() {
    TaskId series = TaskId.next(fixture.time.now());
    TaskId ended = insert(labelled("acme"), series);
    TaskId cancelled = insert(labelled("acme"), series);
    seal();

    Claimed claimed = fixture.claimOne();
    fixture.apply(fixture.success(claimed));
    fixture.apply(fixture.cancel(fixture.find(cancelled)));

    assertThat(claimed.task().id()).isEqualTo(ended);
    for (TaskQuery query :
        List.of(TaskQuery.all().label("tenant", "acme"), TaskQuery.all().series(series))) {
      assertThat(list(query.status(TaskStatus.SUCCESS)))
          .extracting(Task::id)
          .containsExactly(ended);
      assertThat(list(query.status(FINISHED)))
          .extracting(Task::id)
          .containsExactly(cancelled, ended);
      assertThat(list(query.status(TaskStatus.FAILED))).isEmpty();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {71, 72, 73, 74})
  void list_byAnyConditions_findsWhatAPlainLookFinds(long seed) {
    var random = new Random(seed);
    List<TaskId> series = new ArrayList<>();
    for (int part = 0; part < 4; part++) {
      for (int i = 0; i < 12; i++) {
        TaskId of = TaskId.next(fixture.time.now());
        series.add(of);
        insert(labelled("t" + random.nextInt(3)), series.get(random.nextInt(series.size())));
      }
      changeSome(random);
      if (part < 3) {
        seal();
      }
    }
    changeSome(random);

    List<Task> all = fixture.all();
    for (int i = 0; i < 200; i++) {
      TaskQuery query = anyQuery(random, series);
      assertThat(list(query))
          .as("%s", query)
          .isEqualTo(all.stream().filter(query::matches).toList());
    }
  }

  /** Some end, some of those are live again. */
  private void changeSome(Random random) {
    for (Claimed claimed : fixture.claim(6)) {
      if (random.nextInt(4) != 0) {
        fixture.apply(fixture.success(claimed));
      }
    }
    for (Task task : fixture.all()) {
      if (task.status() == TaskStatus.PENDING && random.nextInt(8) == 0) {
        fixture.apply(fixture.cancel(task));
      } else if (task.status().isFinished() && random.nextInt(6) == 0) {
        fixture.apply(fixture.retry(task));
      }
    }
  }

  private static TaskQuery anyQuery(Random random, List<TaskId> series) {
    Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);
    for (TaskStatus status : TaskStatus.values()) {
      if (random.nextInt(3) == 0) {
        statuses.add(status);
      }
    }
    TaskQuery query = TaskQuery.all().status(statuses);
    query = random.nextInt(2) == 0 ? query.label("tenant", "t" + random.nextInt(4)) : query;
    return random.nextInt(4) == 0 ? query.series(series.get(random.nextInt(series.size()))) : query;
  }
}
