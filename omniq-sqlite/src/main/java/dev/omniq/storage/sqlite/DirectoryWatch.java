package dev.omniq.storage.sqlite;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of the files in a directory without looking at them, where the system tells of
 * them: on Linux. It tells nothing of what other machines do, or the host of a container. For one
 * thread, but for {@link #close}.
 */
final class DirectoryWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);

  private final Path directory;
  private final @Nullable WatchService service;
  private @Nullable WatchKey key;
  private boolean told;

  private DirectoryWatch(Path directory, @Nullable WatchService service) {
    this.directory = directory;
    this.service = service;
  }

  static DirectoryWatch of(Path directory) {
    // Elsewhere the JDK itself looks again and again.
    boolean tells = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    try {
      return new DirectoryWatch(
          directory, tells ? directory.getFileSystem().newWatchService() : null);
    } catch (IOException e) {
      LOG.debug("{} cannot be watched", directory, e); // a system allows so many watches
      return new DirectoryWatch(directory, null);
    }
  }

  /** Whether changes are noticed. */
  boolean isOn() {
    return key != null;
  }

  /** Whether a change was ever noticed, so that the system does tell of them here. */
  boolean hasTold() {
    return told;
  }

  /** Begins to watch, if it can and does not yet. */
  void begin() {
    if (key != null || service == null) {
      return;
    }
    try {
      key =
          directory.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException | ClosedWatchServiceException e) {
      LOG.debug("{} cannot be watched", directory, e);
    }
  }

  /**
   * Waits until something has changed since {@link #begin}: whether it has before the time is over.
   */
  boolean await(Duration atMost) throws InterruptedException {
    try {
      boolean changed =
          service != null && service.poll(atMost.toMillis(), TimeUnit.MILLISECONDS) != null;
      told |= changed;
      return changed;
    } catch (ClosedWatchServiceException e) {
      return false;
    }
  }

  /** Watches no more, so that the system has nothing to tell while much is written. */
  void end() {
    WatchKey present = key;
    key = null;
    if (present != null) {
      try {
        present.cancel();
      } catch (ClosedWatchServiceException e) {
        LOG.debug("{} is not watched any more", directory, e); // closed a moment ago
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (service != null) {
      service.close();
    }
  }
}
