package dev.omniq.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a task costs of the heap, counted on the thread that does it all: no clock is asked. */
class MemoryCostTest extends MemoryStoreScenario {
  private static final int TASKS = 1_000;

  @Test
  void lifeOfATask_takesFewBytesOfTheHeap() {
    live(); // the first ones load classes

    Life life = live();

    assertThat(life.insert()).as("bytes for an insert").isBetween(1L, 1_000L);
    assertThat(life.claim()).as("bytes for a claim").isBetween(1L, 2_000L);
    assertThat(life.settle()).as("bytes for a settlement").isBetween(1L, 1_500L);
  }

  /** Bytes for one task. */
  private record Life(long insert, long claim, long settle) {}

  private Life live() {
    List<NewTask> tasks = IntStream.range(0, TASKS).mapToObj(i -> task(SPEC)).toList();
    long begin = allocated();
    store.insert(tasks).join();
    long inserted = allocated();
    List<Claimed> claimed = claim(TASKS);
    long afterClaim = allocated();
    List<Transition> transitions = claimed.stream().map(this::succeeded).toList();
    long decided = allocated();
    store.apply(transitions).join();
    long settled = allocated();

    assertThat(claimed).hasSize(TASKS);
    return new Life(
        (inserted - begin) / TASKS, (afterClaim - inserted) / TASKS, (settled - decided) / TASKS);
  }

  private Transition succeeded(Claimed claimed) {
    TaskState next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(clock.now()))
            .build();
    return new Transition(
        claimed.task().id(), new Expected.Holder(claimed.token()), next, Optional.empty());
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
