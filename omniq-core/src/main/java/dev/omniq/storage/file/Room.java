package dev.omniq.storage.file;

import java.nio.ByteBuffer;

/**
 * Empty lines behind the last group of a segment, which later groups are written over. They are
 * line breaks and not zeros, so that the journal stays a text, and no line of a group is empty, so
 * that they cannot be taken for one.
 */
final class Room {
  private static final int LEAST = 4 << 10;
  private static final int MOST = 256 << 10;

  private static final ByteBuffer LINES = ByteBuffer.allocateDirect(MOST);

  static {
    while (LINES.hasRemaining()) {
      LINES.put((byte) '\n');
    }
  }

  private Room() {}

  /** How much room to make at the end of a file: it grows with the file, up to a whole page. */
  static long behind(long end) {
    long room = Math.max(LEAST, Math.min(MOST, end));
    return room - end % LEAST;
  }

  /** So many empty lines. */
  static ByteBuffer lines(int count) {
    return LINES.duplicate().position(0).limit(count);
  }

  /** Whether there is nothing but empty lines. */
  static boolean isEmpty(ByteBuffer bytes) {
    return bytes.mismatch(lines(bytes.remaining())) < 0;
  }
}
