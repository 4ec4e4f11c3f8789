package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Database;
import dev.omniq.benchmarks.peers.DbScheduler;
import dev.omniq.benchmarks.peers.JobRunrPeer;
import dev.omniq.benchmarks.peers.QuartzPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file store; its limit is the same bytes, appended and synced in batches. */
final class FilePlace implements Place {
  /** What a task of these workloads takes in the journal as a line of its own. */
  private static final int ADDED = 175;

  /** Its share in the line of a claim of many. */
  private static final int CLAIMED = 43;

  /** The line of its outcome. */
  private static final int SETTLED = 278;

  /** The largest group. */
  private static final int MOST = 1_000;

  /** The last line of each group. */
  private static final int TRAILER = 60;

  private final Path base;

  FilePlace(Path base) {
    this.base = base;
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Path directory() {
    return base;
  }

  @Override
  public String description() {
    return "a directory, fsync for each acknowledged batch";
  }

  @Override
  public Fresh fresh() throws IOException {
    return Directories.fresh(base, "file:", "tasks");
  }

  @Override
  public double storing(Measure measure) throws Exception {
    return appending(ADDED, measure);
  }

  @Override
  public double drainedPerSecond(int batch, int tasks) throws Exception {
    return appending(CLAIMED + SETTLED, rows -> rows.perSecond(batch, tasks));
  }

  private double appending(int recordBytes, Measure measure) throws Exception {
    Path file = Files.createTempFile(base, "limit", ".raw");
    ByteBuffer bytes = ByteBuffer.allocateDirect(recordBytes * MOST + TRAILER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return measure.perSecond(
          tasks -> {
            bytes.clear().limit(recordBytes * tasks + TRAILER);
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
            channel.force(false);
          });
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public Sample starts(int runs, long pauseMillis) throws Exception {
    Path file = Files.createTempFile(base, "limit", ".raw");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return RawStarts.measure(new Appending(channel), runs, pauseMillis);
    } finally {
      Files.delete(file);
    }
  }

  /** Appends what each step has, and forces it if it must be on stable storage. */
  private record Appending(FileChannel channel) implements RawStarts.Steps {
    @Override
    public void store(long number) throws IOException {
      append(ADDED + TRAILER);
      channel.force(false);
    }

    @Override
    public void claim(long number) throws IOException {
      append(CLAIMED + TRAILER);
    }

    @Override
    public void settle(long number) throws IOException {
      append(SETTLED + TRAILER);
      channel.force(false);
    }

    private synchronized void append(int length) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocateDirect(length);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  @Override
  public List<PeerFactory> peers(Report report) {
    return List.of(
        Directories.peer(base, "db-scheduler", Database::h2, DbScheduler::new),
        Directories.peer(base, "JobRunr", Database::h2, JobRunrPeer::new),
        Directories.peer(base, "Quartz", Database::h2, QuartzPeer::new));
  }

  @Override
  public void close() {}
}
