package dev.omniq.storage.file.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The lock that makes a process the owner of a directory. The system takes it back when the process
 * ends, however it ends, and never before.
 *
 * <p>On POSIX systems a process loses its lock as soon as it closes <em>any</em> descriptor of the
 * file. So the file is opened by nothing but this class, and by one instance of it at a time in the
 * whole process: also where the library is loaded twice, for the instances know of each other by a
 * system property.
 *
 * <p>Not thread-safe.
 */
final class DirectoryLock implements AutoCloseable {
  private static final int LONGEST_PID = 32;

  private final Path file;
  private final String property;
  private @Nullable FileChannel channel;
  private String holder = "another process";

  DirectoryLock(Path directory) {
    file = directory.resolve("LOCK");
    property = "dev.omniq.owns:" + directory;
  }

  /** Takes the lock if nobody has it: whether this process has it now. */
  boolean tryAcquire() throws IOException {
    if (System.getProperties().putIfAbsent(property, "true") != null) {
      holder = "this process, by another copy of the library";
      return false;
    }
    boolean acquired = false;
    try {
      acquired = open();
      return acquired;
    } finally {
      if (!acquired) {
        close();
      }
    }
  }

  private boolean open() throws IOException {
    FileChannel opened =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel = opened;
    FileLock lock = opened.tryLock();
    if (lock == null) {
      holder = "process " + read(opened);
      return false;
    }
    String pid = ProcessHandle.current().pid() + "\n";
    opened.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    return true;
  }

  private static String read(FileChannel channel) throws IOException {
    var bytes = new byte[LONGEST_PID];
    int length = Math.max(0, channel.read(ByteBuffer.wrap(bytes), 0));
    return new String(bytes, 0, length, StandardCharsets.US_ASCII).strip();
  }

  /** Who had it when it was last asked for, in words. */
  String holder() {
    return holder;
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      channel = null;
      Properties properties = System.getProperties();
      properties.remove(property);
    }
  }
}
