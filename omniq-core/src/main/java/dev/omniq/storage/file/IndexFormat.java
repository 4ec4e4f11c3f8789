package dev.omniq.storage.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of an index file: the effects of one sealed segment, ascending by id.
 *
 * <pre>
 * header   {@value #HEADER} bytes: magic, version, segment, its length, the counts and lengths
 *          below, CRC-32C of what follows the header, CRC-32C of the header itself
 * records  {@value #RECORD} bytes for each task, so that one is found by halving
 * extras   what few records have (series, unique key, claim, notes), in the order of the records
 * kinds    each pair of queue and name, once
 * </pre>
 *
 * <p>Numbers are big-endian. Places in the segment carry no segment number. The file is derived: of
 * another version, of another segment or with a wrong sum, it is as good as missing.
 */
final class IndexFormat {
  static final long MAGIC = 0x4f6d_6e69_5169_6478L;
  static final int VERSION = 1;
  static final int HEADER = 64;
  static final int RECORD = 72;

  private IndexFormat() {}

  /** A queue and a name. */
  record Kind(String queue, String name) {}

  /**
   * What the header tells.
   *
   * @param segment the segment that is indexed
   * @param segmentBytes its length; an index of a file of another length is none
   * @param records how many there are
   * @param extras the length of that part
   * @param kinds the length of that part
   * @param crc the sum over the three parts
   */
  record Header(int segment, long segmentBytes, long records, long extras, int kinds, int crc) {

    long extrasAt() {
      return HEADER + records * RECORD;
    }

    long kindsAt() {
      return extrasAt() + extras;
    }

    long fileBytes() {
      return kindsAt() + kinds;
    }

    ByteBuffer write() {
      ByteBuffer to = ByteBuffer.allocate(HEADER);
      to.putLong(MAGIC).putInt(VERSION).putInt(segment).putLong(segmentBytes);
      to.putLong(records).putLong(extras).putInt(kinds).putInt(crc);
      to.putInt(HEADER - Integer.BYTES, sum(to));
      return to.clear();
    }

    /** The inverse of {@link #write}; null if it is no header of this version. */
    static @Nullable Header read(ByteBuffer from) {
      if (from.remaining() < HEADER
          || from.getInt(HEADER - Integer.BYTES) != sum(from)
          || from.getLong() != MAGIC
          || from.getInt() != VERSION) {
        return null;
      }
      return new Header(
          from.getInt(),
          from.getLong(),
          from.getLong(),
          from.getLong(),
          from.getInt(),
          from.getInt());
    }

    private static int sum(ByteBuffer header) {
      var crc = new CRC32C();
      crc.update(header.duplicate().position(0).limit(HEADER - Integer.BYTES));
      return (int) crc.getValue();
    }
  }
}
