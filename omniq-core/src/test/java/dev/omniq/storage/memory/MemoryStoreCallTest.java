package dev.omniq.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.WakeUps.Listener;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What callers and listeners see beside the answers. */
class MemoryStoreCallTest extends MemoryStoreScenario {
  @Test
  void due_whenSomethingIsDueEarlierThanBefore() {
    var heard = new Heard();
    store.subscribe(heard);
    Instant hour = clock.now().plusSeconds(3_600);

    insert(NewTask.first(TaskId.next(clock.now()), SPEC, new Due.At(hour)));
    assertThat(heard.dues).isEqualTo(1);
    insert(NewTask.first(TaskId.next(clock.now()), SPEC, new Due.At(hour.plusSeconds(1))));
    assertThat(heard.dues).as("later than what waits already").isEqualTo(1);
    insert(task(SPEC));
    assertThat(heard.dues).isEqualTo(2);
  }

  @Test
  void revoked_whenSomebodyElseCancels() {
    Claimed claimed = claimed(SPEC);
    var heard = new Heard();
    store.subscribe(heard);

    apply(observed(claimed.task(), ended(claimed.task(), TaskStatus.CANCELLED)));

    assertThat(heard.revoked).containsExactly(claimed.token());
  }

  @Test
  void revoked_notWhenTheHolderSettles() {
    Claimed claimed = claimed(SPEC);
    var heard = new Heard();
    store.subscribe(heard);

    apply(settle(claimed, TaskStatus.SUCCESS));

    assertThat(heard.revoked).isEmpty();
  }

  @Test
  void subscribe_closed_hearsNoMore() {
    var heard = new Heard();
    store.subscribe(heard).close();

    insert(task(SPEC));

    assertThat(heard.dues).isZero();
  }

  @Test
  void insert_listenerThatThrows_isStoredAllTheSame() {
    var heard = new Heard();
    store.subscribe(new Throwing());
    store.subscribe(heard);

    assertThat(insert(task(SPEC)).get(0).created()).isTrue();
    assertThat(heard.dues).isEqualTo(1);
  }

  @Test
  void insert_interruptedCaller_isStoredAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    CompletableFuture<List<Inserted>> answer = store.insert(List.of(task(SPEC)));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(answer).isCompleted();
  }

  @Test
  void close_laterCallsFail() {
    store.close();
    store.close();

    for (CompletableFuture<?> answer :
        List.of(
            store.insert(List.of(task(SPEC))),
            store.list(TaskQuery.all()),
            store.stats(),
            store.expired(1))) {
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(answer::join)
          .withCauseInstanceOf(StorageException.class);
    }
  }

  /** Counts what it hears. */
  private static final class Heard implements Listener {
    private final List<ClaimToken> revoked = new ArrayList<>();
    private int dues;

    @Override
    public void due() {
      dues++;
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {
      revoked.addAll(tokens);
    }
  }

  /** A listener that breaks its contract. */
  private static final class Throwing implements Listener {
    @Override
    public void due() {
      throw new IllegalStateException("a test's own failure");
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {
      throw new IllegalStateException("a test's own failure");
    }
  }
}
