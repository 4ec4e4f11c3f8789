package dev.omniq.cli;

import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
