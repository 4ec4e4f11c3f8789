package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.MINUTE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SECOND;
import static dev.omniq.testkit.Samples.dueAt;
import static dev.omniq.testkit.Samples.giveBack;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.inQueue;
import static dev.omniq.testkit.Samples.named;
import static dev.omniq.testkit.Samples.priority;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.task.Times;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** When a claim may take a task, and which it takes first: kept by every store. */
abstract class ClaimOrderContract extends ContractFixture {

  ClaimOrderContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  @Test
  void claim_neverComesBeforeTheDueTime() {
    insert(dueAt(1, NOON.plus(SECOND)));
    clock.advance(SECOND.minus(Times.MICRO));
    assertThat(claim()).isEmpty();

    clock.advance(Times.MICRO);

    assertThat(claim()).hasSize(1);
  }

  @Test
  void claim_takesWhatWasDueFirst() {
    insert(dueAt(1, NOON.plusSeconds(3)), dueAt(2, NOON.plusSeconds(1)), dueAt(3, NOON));
    clock.advance(MINUTE);

    assertThat(claimedIds(ask())).containsExactly(id(3), id(2), id(1));
  }

  @Test
  void claim_takesTasksOfOneTimeInTheOrderOfTheirList() {
    insert(task(2), task(3), task(1));

    assertThat(claimedIds(ask())).containsExactly(id(2), id(3), id(1));
  }

  @Test
  void claim_takesTasksOfOneTimeInTheOrderOfTheirInserts() {
    insert(dueAt(3, NOON));
    insert(dueAt(1, NOON));
    insert(dueAt(2, NOON));

    assertThat(claimedIds(ask())).containsExactly(id(3), id(1), id(2));
  }

  @Test
  void claim_takesTasksOfOneTimeAndDifferentNamesInTheOrderOfTheirInserts() {
    insert(named(1, "b"), named(2, "a"), named(3, "b"), named(4, "a"));

    assertThat(claimedIds(ask().names("a", "b"))).containsExactlyElementsOf(ids(1, 2, 3, 4));
  }

  @Test
  void claim_givesEachPriorityAHeadStartOfAMinute() {
    insert(dueAt(1, NOON), priority(2, 1, NOON.plusSeconds(59)));
    clock.advance(MINUTE);

    assertThat(claimedIds(ask())).containsExactly(id(2), id(1));
  }

  @Test
  void claim_takesTheOlderTask_whenTheHeadStartIsUsedUp() {
    insert(priority(1, 1, NOON.plusSeconds(61)), dueAt(2, NOON));
    clock.advance(HOUR);

    assertThat(claimedIds(ask())).containsExactly(id(2), id(1));
  }

  @Test
  void claim_takesTheEarlierInsert_whenTheHeadStartEvensOut() {
    insert(priority(1, 1, NOON.plusSeconds(60)), dueAt(2, NOON));
    insert(priority(3, 9, NOON.plusSeconds(540)), priority(4, 1, NOON.plusSeconds(60)));
    clock.advance(HOUR);

    assertThat(claimedIds(ask())).containsExactlyElementsOf(ids(1, 2, 3, 4));
  }

  @Test
  void claim_doesNotTakeAnUrgentTaskBeforeItIsDue() {
    insert(priority(1, 9, NOON.plusSeconds(1)), dueAt(2, NOON));

    assertThat(claimedIds(ask())).containsExactly(id(2));
  }

  @Test
  void claim_ordersOverAllQueues() {
    insert(inQueue(1, "a"), inQueue(2, "b"), inQueue(3, "a"), inQueue(4, "b"));
    Ask both = ask().queues(new QueueLimit("b", 10), new QueueLimit("a", 10));

    assertThat(claimedIds(both)).containsExactlyElementsOf(ids(1, 2, 3, 4));
  }

  @Test
  void claim_ofATaskThatCameBack_keepsItsPlaceAmongTasksOfItsTime() {
    insert(dueAt(1, NOON), dueAt(2, NOON));
    Claimed first = claim(ask().limit(1)).get(0);
    apply(giveBack(first, NOON));

    assertThat(claimedIds(ask())).containsExactly(id(1), id(2));
  }

  @Test
  void claim_ofATaskThatWasPutOff_waitsForItsNewTime() {
    apply(giveBack(start(task(1)), NOON.plus(HOUR)));
    assertThat(claim()).isEmpty();

    clock.advance(HOUR);

    assertThat(claimedIds(ask())).containsExactly(id(1));
  }

  @Test
  void claim_afterTheClockStepsBack_waitsForTheDueTimeAgain() {
    insert(task(1));
    clock.jump(HOUR.negated());
    assertThat(claim()).isEmpty();

    clock.advance(HOUR);

    assertThat(claim()).hasSize(1);
  }

  @Test
  void claim_afterTheClockJumpsForward_takesWhatIsDueNow() {
    insert(dueAt(1, NOON.plus(HOUR)));

    clock.jump(HOUR);

    assertThat(claim()).hasSize(1);
  }
}
