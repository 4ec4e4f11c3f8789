package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.HealthCheck.Finding;
import dev.omniq.HealthCheck.Trouble;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a health check tells of a queue, and what not. */
public class HealthCheckTest {
  private static final Duration MINUTES = Duration.ofMinutes(2);
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final ManualClock clock = ManualClock.startingAt(OmniQFixture.NOON);
  private final MemoryStore store = new MemoryStore(clock);
  private final OmniQ omniq = OmniQ.on(store, Settings.ofUrl("memory:").timeSource(clock).build());

  @OmniTask
  public static void work() {}

  @OmniTask
  public static void fail() {
    throw new IllegalStateException("no room in the mailbox");
  }

  @AfterEach
  void close() {
    omniq.close();
  }

  private List<Finding> findings() {
    return HealthCheck.of(omniq).run().findings();
  }

  private List<Trouble> troubles() {
    return findings().stream().map(Finding::trouble).toList();
  }

  private InlineWorker worker() {
    return InlineWorker.of(omniq.worker().tasks(HealthCheckTest.class), clock);
  }

  /** Stands for a worker in another process, which dies then. */
  private void claimOne(String worker) {
    var request =
        new ClaimRequest(
            new ClaimToken(worker, 1),
            1,
            List.of(new ClaimRequest.QueueLimit("default", 1)),
            Set.of(HealthCheckTest.class.getName() + "#work"),
            1,
            LEASE);
    assertThat(store.claim(request).join()).hasSize(1);
  }

  @Test
  void queueThatIsWell_hasNoFindings() {
    omniq.enqueue(task(HealthCheckTest::work).delay(Duration.ofHours(1)));
    TaskId done = omniq.enqueue(task(HealthCheckTest::work));
    worker().runDue();

    assertThat(omniq.result(done)).isPresent();
    assertThat(HealthCheck.of(omniq).run().healthy()).isTrue();
    assertThat(HealthCheck.of(omniq).run().at()).isEqualTo(clock.now());
  }

  @Test
  void dueTasks_withoutAnyWorker_areTold() {
    omniq.enqueue(task(HealthCheckTest::work).queue("mail"));
    clock.advance(MINUTES);

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.trouble()).isEqualTo(Trouble.NO_WORKER);
              assertThat(finding.what()).contains("2 min");
              assertThat(finding.remedy()).contains("mail");
            });
  }

  @Test
  void workerThatHoldsTasks_andIsSilent_isTold() {
    omniq.enqueue(task(HealthCheckTest::work));
    claimOne("worker-1");
    clock.advance(MINUTES);

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.trouble()).isEqualTo(Trouble.WORKER_LOST);
              assertThat(finding.what()).contains("worker-1 holds 1 task").contains("2 min");
            });
  }

  @Test
  void nameThatNobodyTakes_isTold_whileWorkersTakeOthers() {
    omniq.enqueue(TaskRequest.named("reports.old", List.of()));
    omniq.enqueue(task(HealthCheckTest::work));
    clock.advance(MINUTES);
    worker().runDue();

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.trouble()).isEqualTo(Trouble.NAME_NOT_HANDLED);
              assertThat(finding.what()).contains("reports.old");
              assertThat(finding.remedy()).contains("omniq cancel").contains("reports.old");
            });
  }

  @Test
  void queueThatIsBehind_isTold_whileWorkersRun() {
    omniq.enqueue(task(HealthCheckTest::work));
    omniq.enqueue(task(HealthCheckTest::work));
    clock.advance(MINUTES);
    claimOne("worker-1");

    assertThat(troubles()).containsExactly(Trouble.LATE);
    assertThat(new HealthCheck(omniq, Duration.ofHours(1), LEASE, LEASE, MINUTES).run().healthy())
        .isTrue();
  }

  @Test
  void failures_areToldWithTheirReason_forAnHour() {
    TaskId failed = omniq.enqueue(task(HealthCheckTest::fail).maxRetries(0));
    worker().runDue();

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.trouble()).isEqualTo(Trouble.FAILURES);
              assertThat(finding.what()).contains("no room in the mailbox");
              assertThat(finding.remedy()).contains("omniq show " + failed);
            });

    clock.advance(Duration.ofHours(1));
    assertThat(findings()).isEmpty();
  }

  @Test
  void tasksThatTookTheirWorkersDown_areToldApart() {
    omniq.enqueue(task(HealthCheckTest::work));
    for (int loss = 1; loss <= 3; loss++) {
      claimOne("worker-" + loss);
      clock.advance(LEASE.plusSeconds(1));
      omniq.queue().rescue(10).join();
      clock.advance(LEASE);
    }

    assertThat(troubles()).containsExactly(Trouble.QUARANTINED);
  }

  @Test
  void clocksThatDiffer_areTold() {
    var ours = ManualClock.startingAt(OmniQFixture.NOON.plus(MINUTES));
    try (OmniQ elsewhere =
        OmniQ.on(new MemoryStore(clock), Settings.ofUrl("memory:").timeSource(ours).build())) {
      assertThat(HealthCheck.of(elsewhere).run().findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.trouble()).isEqualTo(Trouble.CLOCK_SKEW);
                assertThat(finding.what()).contains("2 min ahead of the store's");
              });
    }
  }

  private void mark(MoveMark.Role role, MoveMark.Stage stage) {
    var mark = new MoveMark(UUID.randomUUID(), role, stage, "sqlite:/other.db", clock.now());
    assertThat(store.mark(Optional.empty(), Optional.of(mark)).join()).contains(mark);
  }

  @Test
  void moveThatIsNotComplete_isToldAlone_withTheCommandsThatEndIt() {
    omniq.enqueue(task(HealthCheckTest::work));
    clock.advance(MINUTES);
    mark(MoveMark.Role.TARGET, MoveMark.Stage.COPYING);

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.trouble()).isEqualTo(Trouble.MOVE_UNFINISHED);
              assertThat(finding.what()).contains("from sqlite:/other.db");
              assertThat(finding.remedy())
                  .contains("omniq move --from 'sqlite:/other.db' --to 'memory:'", "--abort");
            });
  }

  @Test
  void moveThatIsBeingUndone_isToBeUndoneToItsEnd() {
    mark(MoveMark.Role.SOURCE, MoveMark.Stage.UNDOING);

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.remedy())
                    .endsWith("omniq move --from 'memory:' --to 'sqlite:/other.db' --abort"));
  }

  @Test
  void storeThatWasLeft_isTold() {
    mark(MoveMark.Role.SOURCE, MoveMark.Stage.COMPLETE);

    assertThat(troubles()).containsExactly(Trouble.MOVED);
  }

  @Test
  void withoutAQueue_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> HealthCheck.of(null));
  }
}
