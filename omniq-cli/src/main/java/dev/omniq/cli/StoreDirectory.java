package dev.omniq.cli;

import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The directory of a file store, as one sees it from outside. */
final class StoreDirectory {
  private StoreDirectory() {}

  /**
   * Who only looks must not make a store. One without a manifest but with a journal counts: it is
   * damaged, and the store itself says so.
   *
   * @throws OmniQException if there is no store in the directory
   */
  static void requireStore(Path directory) {
    if (!Files.exists(directory)) {
      throw new OmniQException("there is no store: " + directory + " does not exist");
    }
    if (!Files.isDirectory(directory)) {
      throw new OmniQException("there is no store: " + directory + " is not a directory");
    }
    if (Files.notExists(directory.resolve("MANIFEST")) && journal(directory).isEmpty()) {
      throw new OmniQException("there is no store in " + directory + ": it holds no journal");
    }
  }

  /** The segments of the journal, the oldest first. */
  static List<Path> journal(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches("journal-\\d+\\.jsonl"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new StorageException("cannot read " + directory + ": " + e.getMessage(), e);
    }
  }

  /**
   * Takes the lock of a store's owner, so that nobody uses the store until this is closed. Not for
   * a process that opens the store itself: the system's locks are of a process, not of a channel.
   *
   * @throws OmniQException if a program has the store open
   */
  static FileChannel lock(Path directory) {
    try {
      FileChannel channel =
          FileChannel.open(
              directory.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new OmniQException(
            directory + " is in use; end the programs that have the store open");
      }
      return channel;
    } catch (IOException e) {
      throw new StorageException("cannot lock " + directory + ": " + e.getMessage(), e);
    }
  }
}
