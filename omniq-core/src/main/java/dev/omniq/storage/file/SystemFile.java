package dev.omniq.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine, used by the calling thread, whom everybody may interrupt.
 *
 * <p>An interrupt closes a {@link java.nio.channels.FileChannel} for all who use it. An {@link
 * AsynchronousFileChannel} does not know interrupts, and with an executor that runs everything at
 * once it is as synchronous: the same system calls on the same thread.
 */
final class SystemFile implements DiskFile {
  private final AsynchronousFileChannel channel;

  private SystemFile(AsynchronousFileChannel channel) {
    this.channel = channel;
  }

  static SystemFile open(Path file, OpenOption... options) throws IOException {
    // Windows completes a step on a thread of its own, of which the default group has some.
    @Nullable ExecutorService executor = SystemDisk.WINDOWS ? null : new Here();
    return new SystemFile(AsynchronousFileChannel.open(file, Set.of(options), executor));
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void write(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += done(channel.write(bytes, at));
    }
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    int total = 0;
    while (into.hasRemaining()) {
      int count = done(channel.read(into, position + total));
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  /** What was done at once; on Windows the system may take a moment, which nobody cuts short. */
  private static int done(Future<Integer> step) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return step.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Without the file's times: fdatasync, which includes the length. */
  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void truncate(long size) throws IOException {
    channel.truncate(size);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Runs everything at once on the calling thread. */
  private static final class Here extends AbstractExecutorService {
    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
