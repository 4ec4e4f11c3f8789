package dev.omniq.storage.file;

import java.io.IOException;

/** A sealed segment, which was forced as a whole once, is not readable as a whole. */
final class DamagedSegmentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int segment;
  private final long offset;

  DamagedSegmentException(int segment, long offset, String why) {
    super("segment %d is damaged at offset %d: %s".formatted(segment, offset, why));
    this.segment = segment;
    this.offset = offset;
  }

  int segment() {
    return segment;
  }

  long offset() {
    return offset;
  }
}
