package dev.omniq.benchmarks;

import dev.omniq.storage.file.Disk;
import dev.omniq.storage.file.DiskFile;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * The combiner of the file store: tasks that are enqueued one by one, on a disk that takes no time
 * to write and to force. What is left is the way through the store and back. Per task and thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup
public class CombinerBenchmark {
  private static final TaskSpec SPEC = TaskSpec.of("work", "[\"payload\"]");

  private Path directory;
  private FileStore store;

  /** Opens an empty store. */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    directory = Files.createTempDirectory("omniq-jmh");
    store =
        FileStore.open(
            directory.resolve("tasks"),
            FileStoreOptions.defaults().disk(new Instant()).segmentBytes(1L << 38));
  }

  /** Removes it. */
  @TearDown(Level.Iteration)
  public void remove() throws IOException {
    store.close();
    Directories.delete(directory);
  }

  private List<NewTask> task() {
    return List.of(NewTask.first(TaskId.next(store.now()), SPEC, Due.now()));
  }

  /** A lone caller, which does it all itself. */
  @Benchmark
  @Threads(1)
  public Object byCaller() {
    return store.insertByCaller(task()).join();
  }

  /** Many of them. */
  @Benchmark
  @Threads(16)
  public Object by16Callers() {
    return store.insertByCaller(task()).join();
  }

  /** A lone caller, for whom the store's thread does it. */
  @Benchmark
  @Threads(1)
  public Object byTheStore() {
    return store.insert(task()).join();
  }

  /** The disk of this machine, but files that are written to keep nothing. */
  private static final class Instant implements Disk {
    private final Disk disk = Disk.system();

    @Override
    public DiskFile open(Path file) throws IOException {
      return file.toString().endsWith(".jsonl") ? new Nowhere(disk.open(file)) : disk.open(file);
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
      return disk.openToRead(file);
    }

    @Override
    public boolean exists(Path file) throws IOException {
      return disk.exists(file);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      return disk.list(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
      disk.delete(file);
    }

    @Override
    public void prepare(Path directory) throws IOException {
      disk.prepare(directory);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
      disk.forceDirectory(directory);
    }
  }

  private record Nowhere(DiskFile file) implements DiskFile {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void write(ByteBuffer bytes, long position) {
      bytes.position(bytes.limit());
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public void force() {}

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
