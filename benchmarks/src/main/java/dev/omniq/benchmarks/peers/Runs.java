package dev.omniq.benchmarks.peers;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/** What the tasks of a peer tell when they run, by the wall clock of this machine. */
public final class Runs {
  private final AtomicIntegerArray times;
  private final AtomicLongArray micros;
  private final AtomicLong first = new AtomicLong(Long.MAX_VALUE);
  private final CountDownLatch missing;

  /** For tasks whose numbers begin at zero. */
  public Runs(int tasks) {
    times = new AtomicIntegerArray(tasks);
    micros = new AtomicLongArray(tasks);
    missing = new CountDownLatch(tasks);
  }

  /** The first thing that a task does. */
  public void ran(int number) {
    ran(number, Instant.now());
  }

  /** For a task that ran in another process. */
  void ran(int number, Instant when) {
    long began = ChronoUnit.MICROS.between(Instant.EPOCH, when);
    if (times.getAndIncrement(number) == 0) {
      micros.set(number, began);
      first.accumulateAndGet(began, Math::min);
      missing.countDown();
    }
  }

  /** Waits until each has run; false if some have not in this time. */
  public boolean await(Duration patience) throws InterruptedException {
    return missing.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** When the first of them began. */
  public Instant first() {
    return Instant.EPOCH.plus(first.get(), ChronoUnit.MICROS);
  }

  /** How many have not run. */
  public long lost() {
    return missing.getCount();
  }

  /** How many have run more than once. */
  public long doubled() {
    return IntStream.range(0, times.length()).filter(number -> times.get(number) > 1).count();
  }

  /** How many milliseconds after its time each began that has run, but for the first few. */
  public double[] after(List<Instant> planned, int skipped) {
    return IntStream.range(skipped, times.length())
        .filter(number -> times.get(number) > 0)
        .mapToDouble(
            number ->
                (micros.get(number) - ChronoUnit.MICROS.between(Instant.EPOCH, planned.get(number)))
                    / 1e3)
        .toArray();
  }
}
