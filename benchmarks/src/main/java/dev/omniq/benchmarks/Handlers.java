package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.task.OmniTask;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

/** The tasks of the workloads. They count, and note when they begin. */
public final class Handlers {
  private static final long PATIENCE_MINUTES = 10;

  private static final ConcurrentLinkedQueue<Double> NOTED = new ConcurrentLinkedQueue<>();
  private static final LongAdder RAN = new LongAdder();
  private static volatile CountDownLatch runs = new CountDownLatch(0);
  private static volatile CountDownLatch held = new CountDownLatch(1);
  private static volatile AtomicIntegerArray repeats = new AtomicIntegerArray(0);

  private Handlers() {}

  /** Does nothing but count. */
  @OmniTask
  public static void nothing(String payload) {
    RAN.increment();
    runs.countDown();
  }

  /** Notes how long after the enqueue it begins; both by the wall clock of this machine. */
  @OmniTask
  public static void sinceEnqueue(long enqueuedMicros) {
    note((double) (micros(Instant.now()) - enqueuedMicros));
  }

  /** Notes how long after its planned time it begins. */
  @OmniTask
  public static void sincePlanned() {
    Instant now = Instant.now();
    note(Duration.between(TaskContext.current().task().plannedAt(), now).toNanos() / 1e3);
  }

  /** Fails at its first attempt if its number ends in zero, and always if it ends in two zeros. */
  @OmniTask
  public static void mayFail(int number) {
    boolean first = TaskContext.current().task().attempt() == 1;
    if (number % 100 == 0 || (number % 10 == 0 && first)) {
      throw new IllegalStateException("as planned");
    }
  }

  /** Like {@link #sincePlanned}, and counts the runs of each series. */
  @OmniTask
  public static void repeat(int series) {
    sincePlanned();
    repeats.incrementAndGet(series);
  }

  /** Counts a run of a series. */
  @OmniTask
  public static void repeatOften(int series) {
    runs.countDown();
  }

  /** Runs until it is released. */
  @OmniTask
  public static void hold() throws InterruptedException {
    held.await();
  }

  /** Ends what holds. */
  static void release() {
    held.countDown();
    held = new CountDownLatch(1);
  }

  private static void note(double micros) {
    NOTED.add(micros / 1e3);
    runs.countDown();
  }

  static long micros(Instant time) {
    return Math.addExact(time.getEpochSecond() * 1_000_000L, time.getNano() / 1_000);
  }

  /** Forgets what was noted, and waits for so many runs from now on. */
  static void expect(int count) {
    NOTED.clear();
    RAN.reset();
    runs = new CountDownLatch(count);
  }

  /** Forgets what was noted, and counts the runs of so many series. */
  static void expectRepeats(int series) {
    expect(0);
    repeats = new AtomicIntegerArray(series);
  }

  /** How often each series has run. */
  static AtomicIntegerArray repeats() {
    return repeats;
  }

  /** Waits for the runs that are expected. */
  static void awaitRuns() throws InterruptedException {
    if (!runs.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new IllegalStateException(runs.getCount() + " runs are missing");
    }
  }

  /** How often {@link #nothing} has run. */
  static long ran() {
    return RAN.sum();
  }

  /** What was noted, in milliseconds. */
  static Sample noted() {
    return Sample.of(NOTED.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** A worker of these tasks. */
  static Worker worker(OmniQ omniq, int concurrency) {
    return omniq.worker().concurrency(concurrency).tasks(Handlers.class).start();
  }
}
