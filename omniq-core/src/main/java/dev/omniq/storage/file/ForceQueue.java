package dev.omniq.storage.file;

import dev.omniq.storage.file.Answers.Pending;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until the journal is forced so far, in the order of their places in it. The holder
 * of the pen adds, who forces takes.
 *
 * <p>Several callers who were answered together are about to come back. The next force waits for as
 * many as the last one answered, here or with a command left in the inbox, but no longer than a
 * part of the time that the last one took: otherwise the first who comes back has a force for
 * itself, and all others wait it out.
 */
final class ForceQueue {
  /** The part of the last force's time that the next one waits for those whom it answered. */
  private static final int PART_TO_GATHER = 2;

  /** And the longest: on a slow disk, callers need no longer to come back. */
  private static final long LONGEST_TO_GATHER = Duration.ofMillis(5).toNanos();

  private final ConcurrentLinkedQueue<Pending<?>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Inbox inbox;
  private final TimeSource time;
  private volatile @Nullable Thread gathering;

  /** How many the last force answered, and until when as many are waited for. */
  private volatile int wanted;

  private long gatherUntil;

  ForceQueue(Inbox inbox, TimeSource time) {
    this.inbox = inbox;
    this.time = time;
  }

  void add(Pending<?> pending) {
    queue.add(pending);
    size.incrementAndGet();
    came();
  }

  /** Somebody is in this queue now, or has left a command in the inbox. */
  void came() {
    Thread forcer = gathering;
    if (forcer != null && areAllBack()) {
      LockSupport.unpark(forcer);
    }
  }

  private boolean areAllBack() {
    return size.get() + inbox.left() >= wanted;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Takes the next one if it waits for this place or an earlier one. One caller at a time. */
  @Nullable Pending<?> pollUpTo(long place) {
    Pending<?> next = queue.peek();
    return next != null && next.position() <= place ? poll() : null;
  }

  /** Takes the next one. One caller at a time. */
  @Nullable Pending<?> poll() {
    Pending<?> next = queue.poll();
    if (next != null) {
      size.decrementAndGet();
    }
    return next;
  }

  /** Waits for those who are about to come back; before a force. */
  void gather() {
    long left = gatherUntil - time.nanoTime();
    if (wanted < 2 || left <= 0) {
      return;
    }
    gathering = Thread.currentThread();
    if (!areAllBack()) {
      LockSupport.parkNanos(this, left); // to be woken too early costs a smaller batch, no more
    }
    gathering = null;
  }

  /**
   * Notes how many a force has answered.
   *
   * @param began when the force began
   * @param ended when it ended
   */
  void answered(int count, long began, long ended) {
    wanted = count;
    gatherUntil = time.nanoTime() + Math.min((ended - began) / PART_TO_GATHER, LONGEST_TO_GATHER);
  }
}
