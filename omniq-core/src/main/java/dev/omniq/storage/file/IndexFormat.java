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
 * lists    the positions of all records, 4 bytes each, group by group and ascending within a group:
 *          records of one kind and one status
 * terms    8 bytes for each label of a task, for its series and for that it repeats: the hash of
 *          that, then the position of the record, ascending
 * kinds    each pair of queue and name, once; how long the list of each group is; when the tasks
 *          were stored whose add lines stand in each part of the segment
 * </pre>
 *
 * <p>Numbers are big-endian. Places in the segment carry no segment number. The file is derived: of
 * another version, of another segment or with a wrong sum, it is as good as missing. Version 1 had
 * no lists and no terms.
 */
final class IndexFormat {
  static final long MAGIC = 0x4f6d_6e69_5169_6478L;
  static final int VERSION = 2;
  static final int HEADER = 64;
  static final int RECORD = 72;

  /** The length of a position in a list. */
  static final int PLACE = Integer.BYTES;

  /** The length of a term. */
  static final int TERM = Long.BYTES;

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
   * @param terms how many there are
   * @param kinds the length of that part
   * @param crc the sum over all parts
   */
  record Header(
      int segment, long segmentBytes, long records, long extras, int terms, int kinds, int crc) {

    long extrasAt() {
      return HEADER + records * RECORD;
    }

    long listsAt() {
      return extrasAt() + extras;
    }

    long termsAt() {
      return listsAt() + records * PLACE;
    }

    long kindsAt() {
      return termsAt() + (long) terms * TERM;
    }

    long fileBytes() {
      return kindsAt() + kinds;
    }

    ByteBuffer write() {
      ByteBuffer to = ByteBuffer.allocate(HEADER);
      to.putLong(MAGIC).putInt(VERSION).putInt(segment).putLong(segmentBytes);
      to.putLong(records).putLong(extras).putInt(terms).putInt(kinds).putInt(crc);
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
