package dev.omniq.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file store; its limit is the same number of bytes, appended and synced in batches. */
final class FilePlace implements Place {
  private final Path base;

  FilePlace(Path base) {
    this.base = base;
  }

  @Override
  public String name() {
    return "file";
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
  public double storedPerSecond(int batch, int records) throws IOException {
    return appended(RECORD_BYTES, batch, records);
  }

  /** A claim and a settlement are a line each; their bytes are those of one record. */
  @Override
  public double drainedPerSecond(int records) throws IOException {
    return appended(RECORD_BYTES, DRAIN_BATCH, records);
  }

  private double appended(int recordBytes, int batch, int records) throws IOException {
    Path file = Files.createTempFile(base, "limit", ".raw");
    ByteBuffer bytes = ByteBuffer.allocateDirect(recordBytes * batch);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long start = System.nanoTime();
      for (int written = 0; written < records; written += batch) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(false);
      }
      return records / ((System.nanoTime() - start) / 1e9);
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void close() {}
}
