package dev.omniq.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the disk can do with no queue around it: the same number of records of the same length,
 * appended and synced in batches.
 */
final class Limit {
  private Limit() {}

  /** Records per second when each batch is written and synced before the next. */
  static double recordsPerSecond(Path directory, int recordBytes, int batch, int records)
      throws IOException {
    Path file = Files.createTempFile(directory, "limit", ".raw");
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
}
