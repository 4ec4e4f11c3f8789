package dev.omniq.storage.file;

/**
 * Where a line of the journal begins. Millions are kept, so they travel packed into a {@code long}
 * (24 bits of segment, 40 bits of offset); the record is for people and messages.
 *
 * @param segment the number of the segment, from 1
 * @param offset the offset of the line's first byte
 */
record Location(int segment, long offset) {
  /** No line. */
  static final long NONE = 0;

  static final int MAX_SEGMENT = (1 << 24) - 1;
  static final long MAX_OFFSET = (1L << 40) - 1;

  Location {
    if (segment < 1 || segment > MAX_SEGMENT || offset < 0 || offset > MAX_OFFSET) {
      throw new IllegalArgumentException(
          "no place in a journal: segment " + segment + ", offset " + offset);
    }
  }

  /** The packed form; never {@link #NONE}. */
  long packed() {
    return pack(segment, offset);
  }

  /** Packs without a record. */
  static long pack(int segment, long offset) {
    return ((long) segment << 40) | offset;
  }

  /** The segment of a packed location. */
  static int segment(long packed) {
    return (int) (packed >>> 40);
  }

  /** The offset of a packed location. */
  static long offset(long packed) {
    return packed & MAX_OFFSET;
  }

  /** The inverse of {@link #packed}. */
  static Location of(long packed) {
    return new Location(segment(packed), offset(packed));
  }

  @Override
  public String toString() {
    return "segment " + segment + ", offset " + offset;
  }
}
