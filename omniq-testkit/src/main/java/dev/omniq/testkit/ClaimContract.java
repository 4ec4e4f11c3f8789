package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.MAIL;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.QUEUE;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.dueAt;
import static dev.omniq.testkit.Samples.giveBack;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.inQueue;
import static dev.omniq.testkit.Samples.named;
import static dev.omniq.testkit.Samples.priority;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every store keeps of {@link dev.omniq.storage.TaskStore#claim}, the heart of a store. */
abstract class ClaimContract extends ContractFixture {

  ClaimContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  // ---- what a claim gives ----

  @Test
  void claim_givesTheTaskAsItRuns() {
    insert(task(1));
    Task pending = find(id(1));
    clock.advance(SECOND);

    Claimed claimed = claimOnly(id(1));

    TaskState running = pending.state().claimed(Ask.WORKER, NOON.plus(SECOND));
    assertThat(claimed.task()).isEqualTo(pending.with(running)).isEqualTo(find(id(1)));
  }

  @Test
  void claim_countsTheAttemptAndTheRevision() {
    apply(giveBack(start(task(1)), NOON));

    TaskState again = claimOnly(id(1)).task().state();

    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.revision()).isEqualTo(4);
  }

  @Test
  void claim_forgetsTheNotesOfTheExecutionBefore() {
    Claimed first = start(task(1));
    Notes notes = Notes.NONE.with(new Notes.Progress(0.5, "half"));
    get(store.annotate(List.of(new Annotation(id(1), first.token(), notes))));
    Task noted = find(id(1));
    apply(giveBack(new Claimed(noted, first.token()), NOON));

    assertThat(claimOnly(id(1)).task().state().notes()).isEqualTo(Notes.NONE);
  }

  @Test
  void claim_drawsItsTokensInSequence() {
    insert(task(1), task(2), task(3));
    Ask ask = ask();

    assertThat(claim(ask))
        .extracting(Claimed::token)
        .containsExactly(ask.first(), ask.first().plus(1), ask.first().plus(2));
  }

  @Test
  void claim_ofNothing_givesNothing() {
    assertThat(claim()).isEmpty();
  }

  @Test
  void claim_ofARunningTask_givesNothing() {
    start(task(1));

    assertThat(claim()).isEmpty();
  }

  @Test
  void claim_ofAFinishedTask_givesNothing() {
    finish(task(1));

    assertThat(claim()).isEmpty();
  }

  @Test
  void claim_ofADeletedTask_givesNothing() {
    insert(task(1));
    delete(id(1));

    assertThat(claim()).isEmpty();
  }

  @Test
  void claim_ofManyTasks_givesThemAllInOrder() {
    insert(IntStream.range(0, 500).mapToObj(n -> task(999 - n)).toArray(NewTask[]::new));
    Ask all = ask().limit(500).queues(new QueueLimit(QUEUE, 500));

    assertThat(claimedIds(all))
        .containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(n -> id(999 - n)).toList());
  }

  // ---- what a worker can take ----

  @Test
  void claim_takesNoMoreThanItsLimit() {
    insert(task(1), task(2), task(3));

    assertThat(claimedIds(ask().limit(2))).containsExactly(id(1), id(2));
    assertThat(claimedIds(ask().limit(2))).containsExactly(id(3));
  }

  @Test
  void claim_takesNoMoreThanTheLimitOfAQueue_andGoesOnWithTheOthers() {
    insert(inQueue(1, "a"), inQueue(2, "a"), inQueue(3, "a"), inQueue(4, "b"));
    Ask both = ask().queues(new QueueLimit("a", 2), new QueueLimit("b", 5));

    assertThat(claimedIds(both)).containsExactlyElementsOf(ids(1, 2, 4));
  }

  @Test
  void claim_ofQueuesWithinTheTotalLimit_takesTheFirstOfAll() {
    insert(inQueue(1, "b"), inQueue(2, "a"), inQueue(3, "b"));
    Ask both = ask().limit(2).queues(new QueueLimit("a", 5), new QueueLimit("b", 5));

    assertThat(claimedIds(both)).containsExactly(id(1), id(2));
  }

  @Test
  void claim_ofAQueueWithLimitZero_takesNoneOfIt() {
    insert(inQueue(1, "a"), inQueue(2, "b"));
    Ask both = ask().queues(new QueueLimit("a", 0), new QueueLimit("b", 5));

    assertThat(claimedIds(both)).containsExactly(id(2));
  }

  @Test
  void claim_leavesOtherQueuesAlone() {
    insert(inQueue(1, "other"), task(2));

    assertThat(claimedIds(ask())).containsExactly(id(2));
  }

  @Test
  void claim_leavesUnknownNamesAlone_andIsNotHeldUpByThem() {
    insert(named(1, "unknown"), named(2, "unknown"), task(3));

    assertThat(claimedIds(ask().limit(1))).containsExactly(id(3));
    assertThat(status(1)).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void claim_ofSeveralNames_takesThemAll() {
    insert(named(1, "a"), named(2, "b"), named(3, "c"));

    assertThat(claimedIds(ask().names("a", "c", "z"))).containsExactly(id(1), id(3));
  }

  @Test
  void claim_withoutNames_takesNothing() {
    insert(task(1));

    assertThat(claim(ask().withoutNames())).isEmpty();
  }

  // ---- suspects ----

  @Test
  void claim_takesNoMoreSuspectsThanAsked_andGoesOnWithOthers() {
    suspects(1, 2);
    insert(task(3));

    assertThat(claimedIds(ask().suspects(1))).containsExactly(id(1), id(3));
  }

  @Test
  void claim_withoutSuspects_takesTheOthers() {
    suspects(1);
    insert(task(2));

    assertThat(claimedIds(ask().suspects(0))).containsExactly(id(2));
  }

  @Test
  void claim_countsSuspectsOverQueuesAndNames() {
    insert(inQueue(1, "a"), inQueue(2, "b"));
    Ask both = ask().queues(new QueueLimit("a", 9), new QueueLimit("b", 9));
    claim(both);
    loseAll();

    assertThat(claimedIds(both.first(ask().first()).suspects(1))).containsExactly(id(1));
  }

  @Test
  void claim_considersOnlyTheFirstSuspect_evenIfItsQueueIsFull() {
    insert(inQueue(1, "a"), inQueue(2, "b"));
    Ask both = ask().queues(new QueueLimit("a", 1), new QueueLimit("b", 9));
    claim(both);
    loseAll();

    insert(new NewTask(id(4), inQueue(4, "a").spec(), new Due.At(NOON.minusSeconds(60)), id(4), 1));

    assertThat(claimedIds(both.first(ask().first()).suspects(1))).containsExactly(id(4));
  }

  private void suspects(int... numbers) {
    insert(IntStream.of(numbers).mapToObj(Samples::task).toArray(NewTask[]::new));
    claim();
    loseAll();
  }

  private void loseAll() {
    clock.advance(Samples.LEASE);
    for (ExpiredClaim lost : expired()) {
      apply(Samples.rescue(lost, NOON));
    }
  }

  // ---- repetition ----

  @Test
  void claim_thatIsRepeated_givesTheSame() {
    insert(task(1), task(2));
    Ask ask = ask().limit(2);

    List<Claimed> first = claim(ask);

    assertThat(claim(ask)).isEqualTo(first).hasSize(2);
  }

  @Test
  void claim_thatIsRepeated_givesNoMoreThanTheFirstTime() {
    insert(task(1));
    Ask ask = ask();
    claim(ask);
    insert(task(2));

    assertThat(claimedIds(ask)).containsExactly(id(1));
    assertThat(find(id(2)).status().isLive()).isTrue();
    assertThat(claimedIds(ask())).containsExactly(id(2));
  }

  @Test
  void claim_thatIsRepeated_givesWhatIsStillClaimed() {
    insert(task(1), task(2));
    Ask ask = ask();
    List<Claimed> first = claim(ask);
    apply(success(first.get(0)));

    assertThat(claim(ask)).containsExactly(first.get(1));
  }

  @Test
  void claim_thatIsRepeatedWhenAllIsOver_givesNothing() {
    insert(task(1));
    Ask ask = ask();
    apply(giveBack(claim(ask).get(0), NOON));

    assertThat(claim(ask)).isEmpty();
  }

  @Test
  void claim_thatIsRepeated_givesNothingThatWasClaimedLater() {
    insert(task(1), task(2));
    Ask first = ask().limit(1);
    claim(first);
    claim(ask().limit(1));

    assertThat(claimedIds(first)).containsExactly(id(1));
  }

  @Test
  void claim_withTheSameNumbersOfAnotherWorker_isAnother() {
    insert(task(1), task(2));
    claim(ask().first(new ClaimToken("one", 1)).limit(1));

    assertThat(claimedIds(ask().first(new ClaimToken("two", 1)))).containsExactly(id(2));
  }

  // ---- when to ask again ----

  /** What {@link dev.omniq.storage.TaskStore#nextDue} tells. */
  @Nested
  class NextDue {
    @Test
    void nextDue_isTheEarliestDueTime() {
      insert(dueAt(1, NOON.plusSeconds(9)), dueAt(2, NOON.plusSeconds(5)));

      assertThat(nextDue(ask())).contains(NOON.plusSeconds(5));
    }

    @Test
    void nextDue_takesNoNoticeOfAHeadStart() {
      insert(priority(1, 9, NOON.plusSeconds(9)), dueAt(2, NOON.plusSeconds(5)));

      assertThat(nextDue(ask())).contains(NOON.plusSeconds(5));
    }

    @Test
    void nextDue_ofADueTask_isNotInTheFuture() {
      insert(task(1));
      clock.advance(MINUTE);

      assertThat(nextDue(ask()).orElseThrow()).isBeforeOrEqualTo(store.now());
    }

    @Test
    void nextDue_ofNothing_isEmpty() {
      assertThat(nextDue(ask())).isEmpty();
    }

    @Test
    void nextDue_doesNotCountWhatTheRequestCannotTake() {
      insert(named(1, "unknown"), inQueue(2, "other"), inQueue(3, "closed"));
      Ask ask = ask().queues(new QueueLimit(QUEUE, 1), new QueueLimit("closed", 0));

      assertThat(nextDue(ask)).isEmpty();
    }

    @Test
    void nextDue_doesNotCountSuspects_whenNoneAreAskedFor() {
      suspects(1);

      assertThat(nextDue(ask().suspects(0))).isEmpty();
      assertThat(nextDue(ask().suspects(1))).isPresent();
    }

    @Test
    void nextDue_doesNotCountWhatRunsOrHasFinished() {
      finish(task(1));
      start(task(2));

      assertThat(nextDue(ask())).isEmpty();
    }

    @Test
    void nextDue_ofSeveralNamesAndQueues_isTheEarliestOfAll() {
      insert(dueAt(1, NOON.plusSeconds(9)), named(2, "other"));
      Ask ask = ask().names(MAIL, "other").queues(new QueueLimit("x", 1), new QueueLimit(QUEUE, 1));

      assertThat(nextDue(ask)).contains(NOON);
    }

    private Optional<Instant> nextDue(Ask ask) {
      return get(store.nextDue(ask.request()));
    }
  }
}
