package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The workloads of the file store, beside what the same disk does with the same bytes and no queue
 * around them, in turns within one run.
 */
public final class FileStoreBenchmark {
  private static final int ROUNDS = 5;

  /** About what a line of the journal takes for the tasks of these workloads. */
  private static final int RECORD_BYTES = 256;

  private static final ConcurrentLinkedQueue<Double> LATENESS = new ConcurrentLinkedQueue<>();
  private static volatile CountDownLatch runs = new CountDownLatch(0);

  private final Path base;

  private FileStoreBenchmark(Path base) {
    this.base = base;
  }

  /** Does nothing but count. */
  @OmniTask
  public static void nothing(String payload) {
    runs.countDown();
  }

  /** Notes how late it starts, as its own first instruction. */
  @OmniTask
  public static void noteLateness(long enqueuedNanos) {
    long now = System.nanoTime();
    Instant wall = Instant.now();
    LATENESS.add(
        enqueuedNanos != 0
            ? (now - enqueuedNanos) / 1e6
            : Duration.between(TaskContext.current().task().plannedAt(), wall).toNanos() / 1e6);
    runs.countDown();
  }

  /** Runs all workloads, or those that are named, in the directory of the first argument. */
  public static void main(String[] args) throws Exception {
    Path base = Path.of(args.length > 0 ? args[0] : "target/benchmark");
    Files.createDirectories(base);
    List<String> named = List.of(args).subList(Math.min(1, args.length), args.length);
    var benchmark = new FileStoreBenchmark(base);
    System.out.printf(
        "file store · JDK %s · %d processors · %s%n%n",
        Runtime.version(), Runtime.getRuntime().availableProcessors(), Instant.now());
    benchmark.run("enqueue", named, benchmark::enqueue);
    benchmark.run("drain", named, benchmark::drain);
    benchmark.run("wake-up", named, benchmark::wakeUp);
    benchmark.run("lateness", named, benchmark::lateness);
    benchmark.run("million", named, benchmark::million);
  }

  private interface Workload {
    void run() throws Exception;
  }

  private void run(String name, List<String> named, Workload workload) throws Exception {
    if (named.isEmpty() || named.contains(name)) {
      workload.run();
    }
  }

  private void enqueue() throws Exception {
    compare("enqueue, 1 thread", 1, 4_000, omniq -> enqueueOneByOne(omniq, 1, 4_000));
    compare("enqueue, 16 threads", 16, 32_000, omniq -> enqueueOneByOne(omniq, 16, 32_000));
    compare("enqueue, 64 in flight", 64, 64_000, omniq -> enqueueInFlight(omniq, 64, 64_000));
    compare("enqueueAll of 1,000s", 1_000, 100_000, omniq -> enqueueAll(omniq, 1_000, 100_000));
  }

  private void drain() throws Exception {
    int tasks = 50_000;
    List<Double> ours = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      double perSecond =
          inFreshStore(
              omniq -> {
                enqueueAll(omniq, 1_000, tasks);
                runs = new CountDownLatch(tasks);
                long start = System.nanoTime();
                try (Worker worker =
                    omniq.worker().concurrency(16).tasks(FileStoreBenchmark.class).start()) {
                  runs.await();
                } // closed when every outcome is on stable storage
                double seconds = (System.nanoTime() - start) / 1e9;
                requireAllSucceeded(omniq, tasks);
                return tasks / seconds;
              });
      if (round > 0) {
        ours.add(perSecond);
      }
    }
    report("drain of 50,000 to durable completion", ours, List.of());
  }

  private static void requireAllSucceeded(OmniQ omniq, int tasks) {
    long succeeded = omniq.stats().count(TaskStatus.SUCCESS);
    if (succeeded != tasks) {
      throw new IllegalStateException(tasks + " tasks, but " + succeeded + " succeeded");
    }
  }

  private void wakeUp() throws Exception {
    Sample sample =
        inFreshStore(
            omniq -> {
              try (Worker worker = omniq.worker().tasks(FileStoreBenchmark.class).start()) {
                for (int i = 0; i < 600; i++) {
                  if (i == 100) {
                    LATENESS.clear(); // the first ones warm up
                  }
                  runs = new CountDownLatch(1);
                  omniq.enqueue(task(FileStoreBenchmark::noteLateness, System.nanoTime()));
                  runs.await();
                  pause(Duration.ofMillis(3));
                }
              }
              return taken();
            });
    System.out.printf("%-40s %s%n", "enqueue → start, same process", sample.milliseconds());
  }

  private void lateness() throws Exception {
    int tasks = 500;
    Sample sample =
        inFreshStore(
            omniq -> {
              try (Worker worker =
                  omniq.worker().concurrency(4).tasks(FileStoreBenchmark.class).start()) {
                LATENESS.clear();
                runs = new CountDownLatch(tasks);
                Instant start = Instant.now().plusSeconds(1);
                omniq.enqueueAll(
                    IntStream.range(0, tasks)
                        .mapToObj(
                            i ->
                                task(FileStoreBenchmark::noteLateness, 0L)
                                    .eta(start.plusMillis(40L * i)))
                        .toList());
                runs.await();
              }
              return taken();
            });
    System.out.printf("%-40s %s%n", "lateness of 500 ETAs in 20 s", sample.milliseconds());
    if (sample.quantile(0) < 0) {
      throw new IllegalStateException("a task was early");
    }
  }

  private void million() throws Exception {
    int tasks = 1_000_000;
    Path directory = Files.createTempDirectory(base, "million");
    try {
      String url = "file:" + directory;
      fill(url, tasks);
      long before = heapInUse();
      long start = System.nanoTime();
      try (OmniQ omniq = OmniQ.open(url)) {
        double seconds = (System.nanoTime() - start) / 1e9;
        long waiting = omniq.stats().count(TaskStatus.PENDING);
        System.out.printf(
            Locale.ROOT,
            "%-40s opened in %.2f s, heap %d MB (%,d waiting)%n",
            "a million waiting",
            seconds,
            (heapInUse() - before) >> 20,
            waiting);
      }
    } finally {
      delete(directory);
    }
  }

  private static void fill(String url, int tasks) {
    try (OmniQ omniq = OmniQ.open(url)) {
      for (int i = 0; i < tasks / 10_000; i++) {
        omniq.enqueueAll(farFuture(10_000));
      }
    }
  }

  private static List<TaskRequest> farFuture(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> task(FileStoreBenchmark::nothing, "payload " + i).delay(Duration.ofDays(30)))
        .toList();
  }

  private static long heapInUse() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private interface Measured<T> {
    T measure(OmniQ omniq) throws Exception;
  }

  /** Ours and the limit in turns; the first round of each warms up. */
  private void compare(String what, int batch, int records, Measured<Double> workload)
      throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Double> limit = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      double our = inFreshStore(workload);
      double its = Limit.recordsPerSecond(base, RECORD_BYTES, batch, records);
      if (round > 0) {
        ours.add(our);
        limit.add(its);
      }
    }
    report(what, ours, limit);
  }

  private static void report(String what, List<Double> ours, List<Double> limit) {
    double our = median(ours);
    System.out.printf(Locale.ROOT, "%-40s %,12.0f /s", what, our);
    if (!limit.isEmpty()) {
      System.out.printf(
          Locale.ROOT, "   limit %,12.0f /s   ratio %.2f", median(limit), our / median(limit));
    }
    System.out.println();
  }

  private static double median(List<Double> values) {
    return Sample.of(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }

  private static Sample taken() {
    Sample sample = Sample.of(LATENESS.stream().mapToDouble(Double::doubleValue).toArray());
    LATENESS.clear();
    return sample;
  }

  private <T> T inFreshStore(Measured<T> workload) throws Exception {
    Path directory = Files.createTempDirectory(base, "store");
    try (OmniQ omniq = OmniQ.open("file:" + directory)) {
      return workload.measure(omniq);
    } finally {
      delete(directory);
    }
  }

  private static double enqueueOneByOne(OmniQ omniq, int threads, int tasks) throws Exception {
    List<Thread> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      var thread =
          new Thread(
              () -> {
                for (int i = 0; i < tasks / threads; i++) {
                  omniq.enqueue(task(FileStoreBenchmark::nothing, "payload " + i));
                }
              });
      thread.start();
      all.add(thread);
    }
    for (Thread thread : all) {
      thread.join();
    }
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  private static double enqueueInFlight(OmniQ omniq, int inFlight, int tasks) throws Exception {
    AsyncOmniQ async = omniq.async();
    var room = new Semaphore(inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < tasks; i++) {
      room.acquire();
      CompletableFuture<TaskId> stored =
          async.enqueue(task(FileStoreBenchmark::nothing, "payload " + i));
      var unused = stored.whenComplete((id, failure) -> room.release());
    }
    room.acquire(inFlight);
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  private static double enqueueAll(OmniQ omniq, int batch, int tasks) {
    long start = System.nanoTime();
    for (int done = 0; done < tasks; done += batch) {
      omniq.enqueueAll(
          IntStream.range(0, batch)
              .mapToObj(i -> task(FileStoreBenchmark::nothing, "payload " + i))
              .toList());
    }
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  private static void pause(Duration duration) throws InterruptedException {
    Thread.sleep(duration.toMillis());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.deleteIfExists(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
