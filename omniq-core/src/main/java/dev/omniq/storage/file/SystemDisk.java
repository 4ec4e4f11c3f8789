package dev.omniq.storage.file;

import dev.omniq.task.StorageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The disk of this machine. */
final class SystemDisk implements Disk {
  static final SystemDisk INSTANCE = new SystemDisk();

  private static final Set<String> NETWORK =
      Set.of(
          "cifs", "afpfs", "afs", "ncpfs", "webdav", "davfs", "fuse.sshfs", "fuse.s3fs", "lustre");

  static final boolean WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");

  private SystemDisk() {}

  @Override
  public DiskFile open(Path file) throws IOException {
    return SystemFile.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return SystemFile.open(file, StandardOpenOption.READ);
  }

  @Override
  public boolean exists(Path file) {
    return Files.exists(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void prepare(Path directory) throws IOException {
    for (Path path = directory.toAbsolutePath(); path != null; path = path.getParent()) {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw unusable(directory, path + " is a file; name a directory", null);
      }
    }
    try {
      Files.createDirectories(directory);
    } catch (AccessDeniedException e) {
      throw unusable(directory, "there is no permission to make it", e);
    } catch (ReadOnlyFileSystemException e) {
      throw unusable(directory, "its file system is read-only", e);
    }
    java.nio.file.FileStore files = Files.getFileStore(directory);
    if (isNetwork(files.type())) {
      throw unusable(
          directory,
          "it is on a network file system ("
              + files.type()
              + "), which cannot be trusted with locks and syncs; name a directory on a local disk, or"
              + " use a PostgreSQL store",
          null);
    }
    if (files.isReadOnly()) {
      throw unusable(directory, "its file system is read-only", null);
    }
    if (!Files.isWritable(directory)) {
      throw unusable(directory, "there is no permission to write to it", null);
    }
  }

  /** Whether a type of file systems, as the system names it, is that of one over a network. */
  static boolean isNetwork(String type) {
    String name = type.toLowerCase(Locale.ROOT);
    return NETWORK.contains(name) || name.startsWith("nfs") || name.startsWith("smb");
  }

  private static StorageException unusable(Path directory, String why, @Nullable Throwable cause) {
    return new StorageException("the directory " + directory + " cannot be used: " + why, cause);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (WINDOWS) {
      return; // a directory cannot be opened there; NTFS writes names ahead of their use
    }
    try (DiskFile file = SystemFile.open(directory, StandardOpenOption.READ)) {
      file.force();
    }
  }
}
