package dev.omniq.benchmarks;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.openjdk.jmh.annotations.TearDown;

/**
 * The life of a task in a store without a server, in batches: for the memory store that is the
 * claim index, for the file store the combiner, the journal and its syncs as well. Per task.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets the fields and calls the setup
public class StoreBenchmark {
  private static final int BATCH = 100;
  private static final TaskSpec SPEC = TaskSpec.of("work", "[\"payload\"]");

  /** Which store. */
  @Param({"memory", "file"})
  public String store;

  /** How many tasks wait that are not claimed. */
  @Param({"0", "100000"})
  public int waiting;

  private Path directory;
  private TaskStore open;
  private long token = 1;

  /** Makes the store, with what waits in it. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    directory = Files.createTempDirectory("omniq-jmh");
    open = open();
    for (int done = 0; done < waiting; done += 10_000) {
      insert(10_000, new Due.After(Duration.ofDays(1)));
    }
  }

  private TaskStore open() {
    return store.equals("memory")
        ? new MemoryStore(TimeSource.system())
        : FileStore.open(directory.resolve("tasks"), FileStoreOptions.defaults());
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    open.close();
    Directories.delete(directory);
  }

  /** Enqueue, claim and settlement of a batch. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Object life() {
    insert(BATCH, Due.now());
    var first = new ClaimToken("jmh", token);
    token += BATCH;
    List<Claimed> claimed =
        open.claim(
                new ClaimRequest(
                    first,
                    BATCH,
                    List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, BATCH)),
                    Set.of("work"),
                    1,
                    Duration.ofMinutes(1)))
            .join();
    if (claimed.size() != BATCH) {
      throw new IllegalStateException(claimed.size() + " claimed");
    }
    return open.apply(claimed.stream().map(this::succeeded).toList()).join();
  }

  private Transition succeeded(Claimed claimed) {
    var next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(open.now()))
            .result(Optional.of("null"))
            .build();
    return new Transition(
        claimed.task().id(), new Expected.Holder(claimed.token()), next, Optional.empty());
  }

  private void insert(int count, Due due) {
    open.insert(
            IntStream.range(0, count)
                .mapToObj(i -> NewTask.first(TaskId.next(open.now()), SPEC, due))
                .toList())
        .join();
  }
}
