package dev.omniq.benchmarks;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Opens a directory with 100,000 tasks that wait: the replay of its journal. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup
public class ReplayBenchmark {
  private static final int TASKS = 100_000;
  private static final int BATCH = 10_000;

  private Path directory;

  /** Writes the journal. */
  @Setup(Level.Trial)
  public void write() throws IOException {
    directory = Files.createTempDirectory("omniq-jmh");
    TaskSpec spec = TaskSpec.of("work", "[\"payload\"]");
    try (TaskStore store = open()) {
      for (int done = 0; done < TASKS; done += BATCH) {
        store
            .insert(
                IntStream.range(0, BATCH)
                    .mapToObj(
                        i ->
                            NewTask.first(
                                TaskId.next(store.now()), spec, new Due.After(Duration.ofDays(1))))
                    .toList())
            .join();
      }
    }
  }

  private TaskStore open() {
    return FileStore.open(directory.resolve("tasks"), FileStoreOptions.defaults());
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    Directories.delete(directory);
  }

  /** Opens and closes it. */
  @Benchmark
  public void openAndClose() {
    open().close();
  }
}
