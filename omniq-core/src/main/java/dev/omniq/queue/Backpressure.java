package dev.omniq.queue;

import dev.omniq.task.OmniQException;
import dev.omniq.task.QueueFullException;
import java.util.concurrent.Semaphore;

/**
 * Bounds the bytes that wait to be stored, so that a store slower than its callers slows them down
 * instead of filling the heap. Counted in blocks of 256 bytes; a request larger than the whole
 * bound waits until it is alone.
 */
final class Backpressure {
  private static final int BLOCK = 256;

  private final Semaphore free;
  private final int blocks;

  Backpressure(long bytes) {
    blocks = (int) Math.max(1, Math.min(Integer.MAX_VALUE / 2, bytes / BLOCK));
    free = new Semaphore(blocks, true); // or small requests went past a large one for ever
  }

  /** Takes a share without waiting, or refuses. */
  int tryAcquire(long bytes) {
    int share = share(bytes);
    if (free.hasQueuedThreads() || !free.tryAcquire(share)) {
      throw new QueueFullException(
          "more than "
              + (long) blocks * BLOCK
              + " bytes wait to be stored, or others wait for such room; try again later, or call"
              + " the blocking method, which waits");
    }
    return share;
  }

  /** Takes a share, waiting for it. */
  int acquire(long bytes) {
    int share = share(bytes);
    try {
      free.acquire(share);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OmniQException(
          "interrupted while waiting for room to store a task; nothing was stored", e);
    }
    return share;
  }

  void release(int share) {
    free.release(share);
  }

  private int share(long bytes) {
    return (int) Math.min(blocks, 1 + bytes / BLOCK);
  }
}
