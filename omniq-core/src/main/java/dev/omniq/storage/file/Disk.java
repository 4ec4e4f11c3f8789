package dev.omniq.storage.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that the file store does to a disk, so that a test can put one in its place that fails, tears
 * and forgets like real ones. Thread-safe.
 *
 * <p>What is written is on stable storage only after {@link DiskFile#force}; that a file exists, or
 * exists under a new name, only after {@link #forceDirectory}.
 */
public interface Disk {

  /** The disk of this machine. */
  static Disk system() {
    return SystemDisk.INSTANCE;
  }

  /** Opens a file to read and write; makes an empty one if there is none. */
  DiskFile open(Path file) throws IOException;

  /** Opens a file that must be there, to read only. */
  DiskFile openToRead(Path file) throws IOException;

  /** Whether there is a file. */
  boolean exists(Path file) throws IOException;

  /** The names in a directory, sorted. */
  List<String> list(Path directory) throws IOException;

  /** Gives a file another name, in one step; a file of that name is replaced. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file, if it is there. */
  void delete(Path file) throws IOException;

  /**
   * Makes sure that a store can live in a directory: makes it, if it is not there.
   *
   * @throws dev.omniq.task.StorageException if it cannot be used; the message says why and what to
   *     do
   */
  void prepare(Path directory) throws IOException;

  /** Forces the names in a directory to stable storage. */
  void forceDirectory(Path directory) throws IOException;
}
