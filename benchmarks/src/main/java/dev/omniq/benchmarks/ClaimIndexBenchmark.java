package dev.omniq.benchmarks;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.table.Claim;
import dev.omniq.storage.table.Entry;
import dev.omniq.storage.table.TaskTable;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The claim index alone: put, claim and remove of a batch, while others wait. Per task. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup
public class ClaimIndexBenchmark {
  private static final int BATCH = 100;
  private static final long NOW = 1_000_000_000_000L;

  /** How many tasks wait that are due later. */
  @Param({"0", "100000", "1000000"})
  public int waiting;

  private TaskTable<Plain> table;
  private long token;

  /** An entry with nothing beside what the table needs. */
  private static final class Plain extends Entry {
    Plain(Fixed fixed, Standing standing) {
      super(fixed, standing, null);
    }

    private Plain(Plain same, Standing standing, @Nullable Claim claim) {
      super(same, standing, claim);
    }

    Plain claimed(Claim claim) {
      return new Plain(this, new Standing(revision() + 1, dueAt(), suspect(), detached()), claim);
    }
  }

  /** Makes the table, with what waits in it. */
  @Setup(Level.Iteration)
  public void make() {
    table = new TaskTable<>();
    token = 0;
    for (int i = 0; i < waiting; i++) {
      put(NOW * 2 + i);
    }
  }

  private void put(long due) {
    long sequence = table.nextSequence();
    table.put(
        new Plain(
            new Entry.Fixed(
                new TaskId(new UUID(sequence, Long.MIN_VALUE)),
                sequence,
                table.kind(TaskSpec.DEFAULT_QUEUE, "work"),
                0,
                Optional.empty(),
                Optional.empty()),
            new Entry.Standing(1, due, false, false)));
  }

  /** The life of a batch. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int life() {
    table.begin();
    for (int i = 0; i < BATCH; i++) {
      put(NOW);
    }
    table.commit();
    table.begin();
    List<Plain> claimed =
        table.claim(
            new ClaimRequest(
                new ClaimToken("jmh", token + 1),
                BATCH,
                List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, BATCH)),
                Set.of("work"),
                1,
                Duration.ofMinutes(1)),
            NOW,
            0,
            Plain::claimed);
    token += BATCH;
    table.commit();
    table.begin();
    claimed.forEach(table::remove);
    table.commit();
    return claimed.size();
  }
}
