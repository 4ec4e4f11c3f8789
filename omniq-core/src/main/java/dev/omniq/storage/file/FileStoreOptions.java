package dev.omniq.storage.file;

import dev.omniq.task.TimeSource;
import java.util.Objects;

/**
 * What a {@link FileStore} works with.
 *
 * @param disk the disk that the directory is on
 * @param time the clocks
 * @param segmentBytes a segment of the journal that has become this long is sealed
 */
public record FileStoreOptions(Disk disk, TimeSource time, long segmentBytes) {
  /** The length of a segment where nothing else is said: 32 MiB. */
  public static final long SEGMENT_BYTES = 32L << 20;

  /** Checks the values. */
  public FileStoreOptions {
    Objects.requireNonNull(disk, "disk");
    Objects.requireNonNull(time, "time");
    if (segmentBytes < 1 || segmentBytes > Location.MAX_OFFSET / 2) {
      throw new IllegalArgumentException(
          "segmentBytes must be between 1 and "
              + Location.MAX_OFFSET / 2
              + ", but is "
              + segmentBytes);
    }
  }

  /** The disk and the clocks of this machine. */
  public static FileStoreOptions defaults() {
    return new FileStoreOptions(Disk.system(), TimeSource.system(), SEGMENT_BYTES);
  }

  /** These options with another disk. */
  public FileStoreOptions disk(Disk other) {
    return new FileStoreOptions(other, time, segmentBytes);
  }

  /** These options with other clocks. */
  public FileStoreOptions time(TimeSource other) {
    return new FileStoreOptions(disk, other, segmentBytes);
  }

  /** These options with another length of segments. */
  public FileStoreOptions segmentBytes(long other) {
    return new FileStoreOptions(disk, time, other);
  }
}
