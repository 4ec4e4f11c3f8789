package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** How many tasks a second are on stable storage, in four ways of bringing them. */
final class EnqueueWorkload {
  private EnqueueWorkload() {}

  static void run(Rounds rounds) throws Exception {
    rounds.compare(
        "enqueue, 1 thread",
        omniq -> oneByOne(omniq, 1, 10_000),
        place -> place.storedPerSecond(1, 10_000));
    rounds.compareWithBare(
        "enqueue, 16 threads",
        omniq -> oneByOne(omniq, 16, 64_000),
        bare -> inThreads(16, 64_000, number -> bare.enqueue().join()),
        place -> place.storedPerSecond(16, 64_000));
    rounds.compareWithBare(
        "enqueue, 64 in flight",
        omniq -> inFlight(omniq, 64, 200_000),
        bare -> inFlight(64, 200_000, number -> bare.enqueue()),
        place -> place.storedPerSecond(64, 200_000));
    rounds.compare(
        "enqueueAll of 1,000s",
        omniq -> all(omniq, 1_000, 500_000),
        place -> place.storedPerSecond(1_000, 500_000));
  }

  static double oneByOne(OmniQ omniq, int threads, int tasks) throws Exception {
    return checked(
        omniq, tasks, () -> inThreads(threads, tasks, number -> omniq.enqueue(nothing(number))));
  }

  private static double inThreads(int threads, int tasks, IntConsumer enqueue) throws Exception {
    List<Thread> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      var thread = new Thread(() -> IntStream.range(0, tasks / threads).forEach(enqueue));
      thread.start();
      all.add(thread);
    }
    for (Thread thread : all) {
      thread.join();
    }
    return perSecond(tasks, start);
  }

  static double inFlight(OmniQ omniq, int inFlight, int tasks) throws Exception {
    AsyncOmniQ async = omniq.async();
    return checked(
        omniq, tasks, () -> inFlight(inFlight, tasks, number -> async.enqueue(nothing(number))));
  }

  private static double inFlight(int inFlight, int tasks, IntFunction<CompletableFuture<?>> enqueue)
      throws Exception {
    var room = new Semaphore(inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < tasks; i++) {
      room.acquire();
      var unused = enqueue.apply(i).whenComplete((id, failure) -> room.release());
    }
    room.acquire(inFlight);
    return perSecond(tasks, start);
  }

  static double all(OmniQ omniq, int batch, int tasks) throws Exception {
    return checked(
        omniq,
        tasks,
        () -> {
          long start = System.nanoTime();
          for (int done = 0; done < tasks; done += batch) {
            omniq.enqueueAll(
                IntStream.range(done, Math.min(tasks, done + batch))
                    .mapToObj(EnqueueWorkload::nothing)
                    .toList());
          }
          return perSecond(tasks, start);
        });
  }

  private static double perSecond(int tasks, long start) {
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  /** No figure for a store that does not hold what it was given. */
  private static double checked(OmniQ omniq, int tasks, Callable<Double> measure) throws Exception {
    long before = waiting(omniq);
    double perSecond = measure.call();
    long stored = waiting(omniq) - before;
    if (stored != tasks) {
      throw new IllegalStateException(tasks + " tasks were enqueued, but " + stored + " wait");
    }
    return perSecond;
  }

  private static long waiting(OmniQ omniq) {
    return omniq.stats().count(TaskStatus.PENDING);
  }

  static TaskRequest nothing(int number) {
    return task(Handlers::nothing, "payload " + number);
  }
}
