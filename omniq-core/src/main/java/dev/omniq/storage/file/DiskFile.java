package dev.omniq.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Thread-safe. */
public interface DiskFile extends Closeable {

  /** Its length in bytes. */
  long size() throws IOException;

  /**
   * Writes all bytes of the buffer from a position on.
   *
   * @throws IOException if not all could be written; some of them, at the front, may have been
   */
  void write(ByteBuffer bytes, long position) throws IOException;

  /**
   * Reads bytes from a position on, until the buffer is full or the file ends.
   *
   * @return how many were read; 0 at the end of the file
   */
  int read(ByteBuffer into, long position) throws IOException;

  /**
   * Forces what was written, and the length that it gave the file, to stable storage.
   *
   * @throws IOException if that failed: what was written since the last force may then be lost, now
   *     or later, and to force again proves nothing
   */
  void force() throws IOException;

  /** Cuts the file to a length. */
  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;
}
