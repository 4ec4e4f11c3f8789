package dev.omniq.storage.file;

import static dev.omniq.storage.file.JsonBuffer.ascii;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A group is what one write leaves in the journal: some lines and, as its last line, a trailer.
 *
 * <pre>{@code
 * {"op":"add","seq":1,...}
 * {"op":"add","seq":2,...}
 * {"lines":2,"bytes":412,"forced":1873,"crc32c":"89abcdef"}
 * }</pre>
 *
 * <p>A group counts as a whole or not at all. Its trailer tells how many lines and bytes stand
 * before it (so its start can be found from its end), up to which offset of the file everything was
 * known to be on stable storage when it was written, and a CRC-32C over the lines and the trailer
 * up to the sum itself. No text of a user can pass for a trailer: it cannot stand at the start of a
 * line.
 */
final class GroupFormat {
  private static final byte[] LINES = ascii("{\"lines\":");
  private static final byte[] BYTES = ascii(",\"bytes\":");
  private static final byte[] FORCED = ascii(",\"forced\":");
  private static final byte[] CRC = ascii(",\"crc32c\":\"");
  private static final byte[] END = ascii("\"}\n");

  private GroupFormat() {}

  /**
   * What a trailer says.
   *
   * @param lines the number of lines before it
   * @param bytes their length
   * @param forced up to where the file was forced
   * @param crc the sum, as it was written
   * @param summed how many bytes of the trailer are part of the sum
   */
  record Trailer(int lines, long bytes, long forced, int crc, int summed) {}

  /** Ends the group of lines that stands in the buffer from a position on. */
  static void seal(JsonBuffer out, int start, int lines, long forced) {
    int bytes = out.size() - start;
    out.put(LINES).number(lines).put(BYTES).number(bytes).put(FORCED).number(forced).put(CRC);
    out.hex32(crc(out.array(), start, out.size() - start)).put(END);
  }

  /** The sum over some bytes. */
  static int crc(byte[] bytes, int start, int length) {
    var crc = new CRC32C();
    crc.update(bytes, start, length);
    return (int) crc.getValue();
  }

  /** Whether a line begins like a trailer. */
  static boolean beginsTrailer(byte[] bytes, int start, int end) {
    return end - start >= LINES.length
        && Arrays.equals(bytes, start, start + LINES.length, LINES, 0, LINES.length);
  }

  /** Reads a trailer line, its line break included; null if it is not exactly one. */
  static @Nullable Trailer parse(byte[] bytes, int start, int end) {
    var scan = new Scan(bytes, start, end);
    if (!scan.skip(LINES)) {
      return null;
    }
    long lines = scan.number();
    boolean fine = scan.skip(BYTES);
    long length = scan.number();
    fine &= scan.skip(FORCED);
    long forced = scan.number();
    fine &= scan.skip(CRC);
    int summed = scan.at - start;
    long crc = scan.hex32();
    fine &= scan.skip(END) && scan.at == end;
    if (!fine || lines < 1 || lines > Integer.MAX_VALUE || length < 1 || forced < 0 || crc < 0) {
      return null;
    }
    return new Trailer((int) lines, length, forced, (int) crc, summed);
  }

  /** Walks over the one form that {@link #seal} writes. */
  private static final class Scan {
    private final byte[] bytes;
    private final int end;
    private int at;

    Scan(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    boolean skip(byte[] constant) {
      int from = at;
      at = Math.min(end, at + constant.length);
      return Arrays.equals(bytes, from, at, constant, 0, constant.length);
    }

    /** Digits, at most 15; −1 if there are none. */
    long number() {
      int from = at;
      long value = 0;
      while (at < end && at - from < 15 && bytes[at] >= '0' && bytes[at] <= '9') {
        value = value * 10 + (bytes[at++] - '0');
      }
      return at == from ? -1 : value;
    }

    /** Eight digits; −1 if they are not there. */
    long hex32() {
      long value = 0;
      for (int i = 0; i < 8; i++) {
        int digit = at < end ? "0123456789abcdef".indexOf(bytes[at++]) : -1;
        if (digit < 0) {
          return -1;
        }
        value = value << 4 | digit;
      }
      return value;
    }
  }
}
