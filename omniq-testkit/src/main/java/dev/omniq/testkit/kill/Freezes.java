package dev.omniq.testkit.kill;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two processes work; the one that holds a task is stopped past its lease, and woken when the other
 * one has run the task. This process opens the store first, so that where one process owns the
 * store it is never a stopped one.
 */
final class Freezes implements AutoCloseable {
  /** Beyond the lease and the second between two looks for expired ones. */
  private static final Duration LONGEST_RESCUE = Duration.ofSeconds(20);

  private static final Duration LONGEST_END = Duration.ofMinutes(1);

  private final OmniQ omniq;
  private final List<VictimProcess> processes;

  /** The tasks that were run twice, and the process that was stopped with each. */
  private final Map<TaskId, VictimProcess> frozen = new HashMap<>();

  private int inACriticalMoment;
  private int interrupted;

  Freezes(String url, Path directory) throws IOException {
    omniq = Victim.open(url, directory.resolve("enqueuer.log"));
    List<String> java = VictimProcess.java(directory).command(Holder.class);
    processes =
        List.of(
            VictimProcess.start(java, url, directory.resolve("holder-0.log")),
            VictimProcess.start(java, url, directory.resolve("holder-1.log")));
  }

  void run(int freezes) throws Exception {
    for (VictimProcess process : processes) {
      process.awaitReady();
    }
    for (int i = 0; frozen.size() < freezes; i++) {
      freeze(i % 2 == 0 ? Holder.End.BY_ITSELF : Holder.End.INTERRUPTED);
      assertThat(inACriticalMoment).as("freezes that held up all").isLessThanOrEqualTo(freezes);
    }
  }

  private void freeze(Holder.End end) throws Exception {
    TaskId id = omniq.enqueue(task(Holder::hold, end));
    VictimProcess holder = awaitBeginning(id);
    VictimProcess other = processes.get(1 - processes.indexOf(holder));
    holder.freeze();
    boolean rescued;
    try {
      holder.live(Holder.LEASE.plusMillis(500));
      rescued = writes(other, "begin", id, LONGEST_RESCUE);
      if (rescued) {
        assertThat(omniq.await(id, LONGEST_END)).as("the rescued task %s ends", id).isPresent();
      }
    } finally {
      holder.thaw();
    }
    if (rescued) {
      frozen.put(id, holder);
      awaitEnd(holder, id, end);
    } else {
      // Stopped in the middle of a write that locks the store: all others waited for it.
      inACriticalMoment++;
      assertThat(omniq.await(id, LONGEST_END)).as("the task %s ends", id).isPresent();
    }
  }

  private VictimProcess awaitBeginning(TaskId id) throws Exception {
    while (true) {
      for (VictimProcess process : processes) {
        if (process.wrote("begin", id)) {
          return process;
        }
        process.live(Duration.ofMillis(5));
      }
    }
  }

  private static boolean writes(VictimProcess process, String what, TaskId id, Duration longest)
      throws Exception {
    long since = System.nanoTime();
    while (!process.wrote(what, id)) {
      if (System.nanoTime() - since > longest.toNanos()) {
        return false;
      }
      process.live(Duration.ofMillis(10));
    }
    return true;
  }

  /** Whatever its process was stopped in, the handler ends, or it was interrupted. */
  private void awaitEnd(VictimProcess holder, TaskId id, Holder.End end) throws Exception {
    assertThat(writes(holder, "end", id, LONGEST_END)).as("the handler of %s ends", id).isTrue();
    boolean wasInterrupted = holder.wrote("interrupted", id);
    interrupted += wasInterrupted ? 1 : 0;
    assertThat(wasInterrupted || end == Holder.End.BY_ITSELF).isTrue();
  }

  void check() throws Exception {
    for (VictimProcess process : processes) {
      process.end();
    }
    for (Map.Entry<TaskId, VictimProcess> entry : frozen.entrySet()) {
      TaskId id = entry.getKey();
      VictimProcess holder = entry.getValue();
      VictimProcess other = processes.get(1 - processes.indexOf(holder));
      assertThat(omniq.result(id, String.class)).isEqualTo(Holder.RESCUED);
      assertThat(settlements(holder, id)).as("a late result is dropped").isEmpty();
      assertThat(settlements(other, id)).containsExactly("RESCUED", "SUCCEEDED");
    }
    System.out.printf(
        "%d freezes past the lease, %d handlers interrupted, %d returned late, none was settled"
            + " twice; %d more held up all%n",
        frozen.size(), interrupted, frozen.size() - interrupted, inACriticalMoment);
  }

  private static List<String> settlements(VictimProcess process, TaskId id) throws IOException {
    return process.lines().stream()
        .filter(line -> line.is("settled", id))
        .map(VictimLog.Line::kind)
        .toList();
  }

  @Override
  public void close() throws InterruptedException {
    for (VictimProcess process : processes) {
      process.kill();
    }
    omniq.close();
  }
}
