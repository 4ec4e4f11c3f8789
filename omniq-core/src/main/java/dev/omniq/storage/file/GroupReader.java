package dev.omniq.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the groups of a file one after the other, whole ones only. Not thread-safe.
 *
 * <p>{@link #next} stops where no whole group follows. If that is not {@link #atEnd the end},
 * {@link #skipDamage} looks for a readable group further on; whether what lies between is a torn
 * tail or damage is for the caller to judge, by what the later groups say was forced.
 */
final class GroupReader {
  private static final int CHUNK = 256 << 10;
  private static final int ROOM_CHUNK = 4 << 10;

  /** Takes the lines of a group. */
  interface LineVisitor {
    /**
     * A line, without its line break.
     *
     * @param bytes an array that is of use during the call only
     * @param start where the line begins in it
     * @param length its length
     * @param offset where it begins in the file
     */
    void line(byte[] bytes, int start, int length, long offset) throws IOException;
  }

  private final DiskFile file;

  /** A window on the file: {@code buffer[0]} is the byte at {@code base}. */
  private byte[] buffer = new byte[CHUNK];

  private long base;
  private int filled;

  /** Up to here no line break follows; spares a long line from being searched again and again. */
  private int searched;

  private int groupStart;
  private int groupEnd;
  private GroupFormat.@Nullable Trailer trailer;

  /** Reads from an offset on, at which a group must begin. */
  GroupReader(DiskFile file, long from) {
    this.file = file;
    this.base = from;
  }

  /** Goes to the group that begins where the last one ended; false if none is readable there. */
  boolean next() throws IOException {
    return find(true);
  }

  /**
   * After {@link #next} was false: goes to the first readable group that lies anywhere behind;
   * false if there is none.
   */
  boolean skipDamage() throws IOException {
    return find(false);
  }

  /** Where the present group begins. */
  long start() {
    return base + groupStart;
  }

  /** Where the present group ends and the next must begin; also where {@link #next} stopped. */
  long end() {
    return base + groupEnd;
  }

  /** Up to where the file was known to be forced when the present group was written. */
  long forced() {
    return present().forced();
  }

  /** The number of lines in the present group. */
  int lineCount() {
    return present().lines();
  }

  /** Whether {@link #next} stopped at the end: nothing follows but {@link Room}. */
  boolean atEnd() throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(ROOM_CHUNK);
    for (long at = end(); file.read(rest.clear(), at) > 0; at += rest.limit()) {
      if (!Room.isEmpty(rest.flip())) {
        return false;
      }
    }
    return true;
  }

  /** Shows the lines of the present group in their order. */
  void forEachLine(LineVisitor visitor) throws IOException {
    int end = groupStart + (int) present().bytes();
    int start = groupStart;
    while (start < end) {
      int lineEnd = lineEnd(start, end);
      visitor.line(buffer, start, lineEnd - start, base + start);
      start = lineEnd + 1;
    }
  }

  /** Reads the lines of the present group, as long as that is the present one. */
  LineReader lines() {
    return new LineReader(buffer, groupStart, groupStart + (int) present().bytes());
  }

  /** Where in the file something begins that {@link #lines} has read. */
  long offset(LineReader lines) {
    return base + lines.start();
  }

  private GroupFormat.Trailer present() {
    if (trailer == null) {
      throw new IllegalStateException("no group was read");
    }
    return trailer;
  }

  /**
   * Walks over lines until a trailer fits.
   *
   * @param here only a group that begins at the end of the last one; otherwise any that begins
   *     there or later
   */
  private boolean find(boolean here) throws IOException {
    trailer = null;
    groupStart = groupEnd;
    int line = groupEnd;
    while (true) {
      int lineEnd = lineEnd(line, filled);
      if (lineEnd < 0) {
        line -= groupEnd;
        if (!fill()) {
          return false;
        }
      } else if (here && lineEnd == groupEnd) {
        return false; // room
      } else if (GroupFormat.beginsTrailer(buffer, line, lineEnd)) {
        var found = GroupFormat.parse(buffer, line, lineEnd + 1);
        if (found != null && fits(found, line, here)) {
          groupStart = line - (int) found.bytes();
          groupEnd = lineEnd + 1;
          trailer = found;
          return true;
        }
        if (here) {
          return false;
        }
        line = lineEnd + 1;
      } else {
        line = lineEnd + 1;
      }
    }
  }

  private boolean fits(GroupFormat.Trailer found, int at, boolean here) {
    long start = at - found.bytes();
    if (here ? start != groupEnd : start < groupEnd) {
      return false;
    }
    int length = (int) found.bytes() + found.summed();
    return GroupFormat.crc(buffer, (int) start, length) == found.crc();
  }

  /** The index of the next line break before {@code end}, or −1. */
  private int lineEnd(int from, int end) {
    for (int i = Math.max(from, searched); i < end; i++) {
      if (buffer[i] == '\n') {
        searched = 0;
        return i;
      }
    }
    searched = end;
    return -1;
  }

  /** Moves what is behind the last group to the front and reads more; false at the end. */
  private boolean fill() throws IOException {
    if (groupEnd > 0) {
      System.arraycopy(buffer, groupEnd, buffer, 0, filled - groupEnd);
      base += groupEnd;
      filled -= groupEnd;
      searched = Math.max(0, searched - groupEnd);
      groupStart = 0;
      groupEnd = 0;
    }
    if (filled == buffer.length) {
      if (filled > Integer.MAX_VALUE / 2) {
        throw new IOException("more than 1 GiB without a readable group, from offset " + base);
      }
      buffer = Arrays.copyOf(buffer, filled * 2);
    }
    int count = file.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), base + filled);
    filled += count;
    return count > 0;
  }
}
