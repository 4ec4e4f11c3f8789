package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.HOURLY;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.cancel;
import static dev.omniq.testkit.Samples.failure;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.nextRun;
import static dev.omniq.testkit.Samples.retry;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Retention;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How tasks leave every store. */
abstract class RemovalContract extends ContractFixture {

  RemovalContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  @Test
  void delete_ofAPendingTask_removesIt() {
    insert(task(1));

    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.DELETED);
    assertThat(lookUp(id(1))).isEmpty();
    assertThat(list(TaskQuery.all())).isEmpty();
  }

  @Test
  void delete_ofAFinishedTask_removesIt() {
    finish(task(1));

    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.DELETED);
    assertThat(lookUp(id(1))).isEmpty();
  }

  @Test
  void delete_ofARunningTask_isRefused() {
    Claimed claimed = start(task(1));

    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.RUNNING);
    assertThat(find(id(1))).isEqualTo(claimed.task());
  }

  @Test
  void delete_ofAnUnknownTask_saysSo() {
    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.NOT_FOUND);
  }

  @Test
  void delete_ofSeveral_answersInTheirOrder() {
    finish(task(1));
    start(task(2));
    insert(task(3, HOURLY));

    assertThat(get(store.delete(ids(3, 9, 2, 1, 3))))
        .containsExactly(
            DeleteOutcome.SERIES_ENDED,
            DeleteOutcome.NOT_FOUND,
            DeleteOutcome.RUNNING,
            DeleteOutcome.DELETED,
            DeleteOutcome.NOT_FOUND);
  }

  @Test
  void delete_ofThePendingRun_endsTheSeries() {
    runOnce();

    assertThat(delete(id(2))).isEqualTo(DeleteOutcome.SERIES_ENDED);
    assertThat(liveRun(id(1))).isEmpty();
  }

  @Test
  void delete_ofAFinishedRun_saysThatTheSeriesLivesOn() {
    runOnce();

    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.SERIES_CONTINUES);
    assertThat(liveRun(id(1))).contains(id(2));
  }

  @Test
  void delete_ofAFinishedRunOfAnEndedSeries_isPlain() {
    runOnce();
    apply(cancel(find(id(2))));

    assertThat(delete(id(1))).isEqualTo(DeleteOutcome.DELETED);
    assertThat(delete(id(2))).isEqualTo(DeleteOutcome.DELETED);
  }

  @Test
  void delete_ofADetachedRun_leavesTheSeriesAlone() {
    runOnce();
    apply(retry(find(id(1)), NOON.plus(HOUR)));

    assertThat(delete(id(1)).deleted()).isTrue();
    assertThat(liveRun(id(1))).contains(id(2));
  }

  @Test
  void delete_ofRunsOfOneSeries_tellsOfEachWhatItWasThen() {
    runOnce();

    assertThat(get(store.delete(ids(1, 2))))
        .containsExactly(DeleteOutcome.SERIES_CONTINUES, DeleteOutcome.SERIES_ENDED);
  }

  @Test
  void delete_ofTheLiveRunFirst_leavesNoSeriesToGoOn() {
    runOnce();

    assertThat(get(store.delete(ids(2, 1))))
        .containsExactly(DeleteOutcome.SERIES_ENDED, DeleteOutcome.DELETED);
    assertThat(list(TaskQuery.all())).isEmpty();
  }

  @Test
  void delete_ofMany_leavesNothingToClaim_andTheCountsAreRight() {
    finish(task(1));
    insert(task(2), task(3), task(4));

    assertThat(get(store.delete(ids(1, 2, 4)))).containsOnly(DeleteOutcome.DELETED);

    assertThat(claimedIds(ask())).containsExactly(id(3));
    assertThat(Normal.stats(get(store.stats())).queues().values())
        .singleElement()
        .satisfies(
            counts -> assertThat(counts.byStatus()).isEqualTo(Map.of(TaskStatus.RUNNING, 1L)));
  }

  @Test
  void delete_freesTheKey() {
    insert(task(1, keyed("key")));
    delete(id(1));

    assertThat(insert(task(2, keyed("key")))).containsExactly(new Inserted(id(2), true));
  }

  private void runOnce() {
    Claimed run = start(task(1, HOURLY));
    apply(success(run, nextRun(run.task(), 2)));
  }

  /** What {@link dev.omniq.storage.TaskStore#purge} removes. */
  @Nested
  class Purge {
    private final Retention retention =
        new Retention(Duration.ofHours(1), Duration.ofHours(2), 1_000);

    @Test
    void purge_keepsWhatIsYoung() {
      finish(task(1));
      clock.advance(HOUR);

      assertThat(purge(retention, 10)).isZero();
      assertThat(lookUp(id(1))).isPresent();
    }

    @Test
    void purge_removesSuccessesFirst_andFailuresLater() {
      finish(task(1));
      apply(failure(start(task(2))));
      insert(task(3));
      apply(cancel(find(id(3))));

      clock.advance(Duration.ofMinutes(61));
      assertThat(purge(retention, 10)).isEqualTo(1);
      assertThat(list(TaskQuery.all())).containsExactly(id(3), id(2));

      clock.advance(Duration.ofMinutes(60));
      assertThat(purge(retention, 10)).isEqualTo(2);
      assertThat(list(TaskQuery.all())).isEmpty();
    }

    @Test
    void purge_countsFromTheEndOfTheTask() {
      Claimed claimed = start(task(1));
      clock.advance(HOUR.multipliedBy(9));
      var late = claimed.task().state().toBuilder().startedAt(clock.now()).build();
      apply(success(new Claimed(claimed.task().with(late), claimed.token())));

      assertThat(purge(retention, 10)).isZero();
    }

    @Test
    void purge_neverRemovesLiveTasks() {
      start(task(1));
      insert(task(2));
      clock.advance(Duration.ofDays(999));

      assertThat(purge(new Retention(Duration.ZERO, Duration.ZERO, 0), 10)).isZero();
      assertThat(list(TaskQuery.all())).containsExactly(id(2), id(1));
    }

    @Test
    void purge_keepsTheHighestIds_whenThereAreTooMany() {
      for (int number : new int[] {3, 1, 5, 2, 4}) {
        finish(task(number));
      }

      assertThat(purge(new Retention(HOUR, HOUR, 2), 10)).isEqualTo(3);
      assertThat(list(TaskQuery.all())).containsExactly(id(5), id(4));
    }

    @Test
    void purge_keepsAll_whenAnyNumberMayStay() {
      finish(task(1));

      assertThat(purge(new Retention(HOUR, HOUR, Long.MAX_VALUE), 10)).isZero();
      assertThat(list(TaskQuery.all())).containsExactly(id(1));
    }

    @Test
    void purge_keepsForAges_andStillRemovesWhatIsBounded() {
      Duration ages = Duration.ofDays(107_000); // more nanoseconds than a long can count
      Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
      finish(task(1));
      apply(failure(start(task(2))));
      clock.advance(Duration.ofDays(999));

      assertThat(purge(new Retention(ages, forEver, 2), 10)).isZero();
      assertThat(purge(new Retention(forEver, HOUR, 2), 10)).isEqualTo(1);
      assertThat(list(TaskQuery.all())).containsExactly(id(1));
      assertThat(purge(new Retention(ages, forEver, 0), 10)).isEqualTo(1);
    }

    @Test
    void purge_removesNoMoreThanItsLimit_andGoesOnNextTime() {
      for (int number = 1; number <= 5; number++) {
        finish(task(number));
      }
      clock.advance(HOUR.multipliedBy(2));

      assertThat(purge(retention, 2)).isEqualTo(2);
      assertThat(list(TaskQuery.all())).hasSize(3);
      assertThat(purge(retention, 2)).isEqualTo(2);
      assertThat(purge(retention, 2)).isEqualTo(1);
      assertThat(purge(retention, 2)).isZero();
    }

    @Test
    void purge_keepsARetriedTask() {
      apply(retry(finish(task(1)), NOON));
      clock.advance(Duration.ofDays(1));

      assertThat(purge(retention, 10)).isZero();
      assertThat(status(1).isLive()).isTrue();
    }

    @Test
    void purge_ofARun_leavesItsSeriesAlone() {
      runOnce();
      clock.advance(Duration.ofDays(1));

      assertThat(purge(retention, 10)).isEqualTo(1);
      assertThat(liveRun(id(1))).contains(id(2));
    }

    @Test
    void purge_isCountedByTheStatistics() {
      finish(task(1));
      clock.advance(Duration.ofDays(1));
      purge(retention, 10);

      assertThat(Normal.stats(get(store.stats())).queues()).isEmpty();
    }

    private int purge(Retention kept, int limit) {
      return get(store.purge(kept, limit));
    }
  }
}
