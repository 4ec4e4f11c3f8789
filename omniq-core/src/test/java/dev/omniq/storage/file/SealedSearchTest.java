package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedSearchTest {
  private static final int ENDLESS = Integer.MAX_VALUE;

  private final MemoryDisk disk = new MemoryDisk();

  /** The tasks that a plain look at all of them finds, the highest id first. */
  private static List<TaskId> expected(RandomJournal journal, TaskQuery query) {
    List<TaskId> ids = new ArrayList<>();
    for (Line.Add line : journal.tasks().values()) {
      Task task = line.task();
      if (query.matches(task) && (task.status().isFinished() || SealedSearch.findsLive(query))) {
        ids.add(task.id());
      }
    }
    Collections.reverse(ids);
    return ids;
  }

  /** What the search finds, in steps of so many visits; what it finds is looked at. */
  private static List<TaskId> found(
      SealedTasks sealed, RandomJournal journal, TaskQuery query, int visits) throws IOException {
    List<TaskId> found = new ArrayList<>();
    TaskId limit = query.after().isPresent() ? Ids.below(query.after().get()) : Ids.HIGHEST;
    while (limit != null) {
      var left = new Visits(visits, 20);
      var search = new SealedSearch(sealed, query, left);
      Ids ids = search.ids();
      for (boolean goesOn = true; goesOn && limit != null; ) {
        TaskId id = ids.floor(limit);
        if (id == null) {
          return found;
        }
        goesOn = !left.endAt(id);
        if (goesOn && isWanted(search.find(id), journal, query)) {
          found.add(id);
        }
        assertThat(id).isLessThanOrEqualTo(limit);
        limit = goesOn ? Ids.below(id) : id;
        goesOn &= !left.areUsedUpByOne();
      }
    }
    return found;
  }

  private static boolean isWanted(Optional<Effect> effect, RandomJournal journal, TaskQuery query) {
    return effect.isPresent()
        && (effect.get().isFinished() || SealedSearch.findsLive(query))
        && effect.get().mayMatch(query)
        && query.matches(Objects.requireNonNull(journal.tasks().get(effect.get().id())).task());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {51, 52, 53, 54})
  void search_byAnyConditions_findsWhatAPlainLookFinds(long seed) throws IOException {
    RandomJournal journal = new RandomJournal(seed, disk).with(5, 60);
    SealedTasks sealed = Indexes.of(disk, journal.layout(), journal.segments());
    var random = new Random(seed);
    int seen = 0;

    for (int i = 0; i < 40; i++) {
      TaskQuery query = anyQuery(random, journal);
      List<TaskId> expected = expected(journal, query);
      assertThat(found(sealed, journal, query, ENDLESS)).as("%s", query).isEqualTo(expected);
      assertThat(found(sealed, journal, query, 50 + random.nextInt(50)))
          .as("in steps: %s", query)
          .isEqualTo(expected);
      seen += expected.size();
    }
    assertThat(seen).isGreaterThan(300);
  }

  private static TaskQuery anyQuery(Random random, RandomJournal journal) {
    List<Task> tasks = journal.tasks().values().stream().map(Line.Add::task).toList();
    Task some = tasks.get(random.nextInt(tasks.size()));
    TaskQuery query = TaskQuery.all();
    if (random.nextInt(3) != 0) {
      Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);
      for (TaskStatus status : TaskStatus.values()) {
        if (random.nextInt(3) == 0) {
          statuses.add(status);
        }
      }
      query = query.status(statuses);
    }
    query = random.nextInt(3) == 0 ? query.queue(some.queue()) : query;
    query = random.nextInt(3) == 0 ? query.name(some.name()) : query;
    query = random.nextInt(4) == 0 ? query.recurring() : query;
    query = random.nextInt(6) == 0 ? query.series(some.seriesId()) : query;
    query = random.nextInt(4) == 0 ? query.label("tenant", "t" + random.nextInt(4)) : query;
    if (random.nextInt(4) == 0) {
      Duration around = Duration.ofSeconds(random.nextInt(100));
      query = query.created(some.createdAt().minus(around), some.createdAt().plus(around));
    }
    return random.nextInt(4) == 0 ? query.after(some.id()) : query;
  }

  @Test
  void search_withoutSegments_findsNothing() throws IOException {
    var search = new SealedSearch(new SealedTasks(List.of()), TaskQuery.all(), new Visits(9));

    assertThat(search.ids().floor(Ids.HIGHEST)).isNull();
    assertThat(search.find(Ids.HIGHEST)).isEmpty();
  }

  @Test
  void search_forOneTask_readsLittle_howeverLongTheIndexIs() throws IOException {
    RandomJournal journal = new RandomJournal(61, disk).with(2, 1_500);
    SealedTasks sealed = Indexes.of(disk, journal.layout(), journal.segments());
    long whole = sealed.segments().stream().mapToLong(each -> each.size()).sum();
    Task run = NaiveReplay.where(journal.tasks(), task -> task.run() > 1).get(0).task();

    for (TaskQuery query :
        List.of(
            TaskQuery.all().series(run.seriesId()),
            TaskQuery.all().label("tenant", "nobody"),
            TaskQuery.all().queue("nobody uses this"),
            TaskQuery.all().name("nobody has this").status(TaskStatus.FAILED),
            TaskQuery.all()
                .created(run.createdAt().plus(Duration.ofDays(9)), dev.omniq.task.Times.MAX))) {
      long before = disk.bytesRead();
      found(sealed, journal, query, ENDLESS);
      assertThat(disk.bytesRead() - before)
          .as("%s", query)
          .isLessThan(whole * IndexFormat.RECORD / 4);
    }
  }
}
