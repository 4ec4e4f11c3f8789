package dev.omniq.storage.file.shared;

import dev.omniq.storage.file.FileStoreOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * What a {@link SharedFileStore} works with.
 *
 * @param file what the journal works with, wherever this process comes to own it
 * @param patience how long a call, or the opening, waits for an owner that answers
 * @param messageBytes the longest message between two processes: what one call gives or gets
 */
public record SharedStoreOptions(FileStoreOptions file, Duration patience, int messageBytes) {
  /** Half a minute: longer than any takeover. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /** 256 MiB. */
  public static final int MESSAGE_BYTES = 256 << 20;

  /** Checks the values. */
  public SharedStoreOptions {
    Objects.requireNonNull(file, "file");
    if (patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("patience must be positive, but is " + patience);
    }
    if (messageBytes < Connection.MOST_BEFORE_HELLO) {
      throw new IllegalArgumentException(
          "messageBytes must be at least "
              + Connection.MOST_BEFORE_HELLO
              + ", but is "
              + messageBytes);
    }
  }

  /** The disk and the clocks of this machine. */
  public static SharedStoreOptions defaults() {
    return new SharedStoreOptions(FileStoreOptions.defaults(), PATIENCE, MESSAGE_BYTES);
  }

  /** These options with another way to keep the journal. */
  public SharedStoreOptions file(FileStoreOptions other) {
    return new SharedStoreOptions(other, patience, messageBytes);
  }

  /** These options with another patience. */
  public SharedStoreOptions patience(Duration other) {
    return new SharedStoreOptions(file, other, messageBytes);
  }

  /** These options with another length of messages. */
  public SharedStoreOptions messageBytes(int other) {
    return new SharedStoreOptions(file, patience, other);
  }
}
