package dev.omniq.storage.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A window that moves over a file, so that many small reads become few large ones. It grows while
 * the reads come near each other, forwards or backwards, and shrinks when they jump. Not
 * thread-safe.
 */
final class Window {
  private static final int LEAST = 4 << 10;
  private static final int MOST = 64 << 10;

  private final DiskFile file;
  private byte[] buffer = new byte[0];
  private long base;
  private int filled;
  private int reach = LEAST;

  Window(DiskFile file) {
    this.file = file;
  }

  /**
   * Shows some bytes of the file, until the next call.
   *
   * @throws EOFException if the file ends before them
   */
  ByteBuffer bytes(long offset, int length) throws IOException {
    if (!covers(offset, length)) {
      move(offset, length);
      if (!covers(offset, length)) {
        throw new EOFException(
            "the file ends at %d, before %d + %d".formatted(base + filled, offset, length));
      }
    }
    return ByteBuffer.wrap(buffer, (int) (offset - base), length);
  }

  /** Shows the line that begins at an offset, without its line break, until the next call. */
  ByteBuffer line(long offset) throws IOException {
    int start = bytes(offset, 1).position();
    int at = start;
    while (true) {
      for (; at < filled; at++) {
        if (buffer[at] == '\n') {
          return ByteBuffer.wrap(buffer, start, at - start);
        }
      }
      int known = at - start;
      move(offset, known * 2);
      if (!covers(offset, known + 1)) {
        throw new EOFException("the file ends within the line at " + offset);
      }
      start = (int) (offset - base);
      at = start + known;
    }
  }

  private boolean covers(long offset, int length) {
    return offset >= base && offset + length <= base + filled;
  }

  private void move(long offset, int length) throws IOException {
    boolean back = offset < base && base - offset <= MOST;
    boolean onward = offset >= base && offset - (base + filled) <= MOST;
    reach = back || onward ? Math.min(MOST, reach * 2) : LEAST;
    int size = Math.max(length, reach);
    if (buffer.length < size) {
      buffer = Arrays.copyOf(buffer, size);
    }
    base = back ? Math.max(0, offset + length - size) : offset;
    filled = file.read(ByteBuffer.wrap(buffer, 0, size), base);
  }
}
