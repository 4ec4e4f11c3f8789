package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** How many tasks a second are on stable storage, in four ways of bringing them. */
final class EnqueueWorkload {
  private EnqueueWorkload() {}

  static void run(Rounds rounds) throws Exception {
    rounds.compare(
        "enqueue, 1 thread",
        omniq -> oneByOne(omniq, 1, 10_000),
        place -> place.storedPerSecond(1, 10_000));
    rounds.compare(
        "enqueue, 16 threads",
        omniq -> oneByOne(omniq, 16, 64_000),
        place -> place.storedPerSecond(16, 64_000));
    rounds.compare(
        "enqueue, 64 in flight",
        omniq -> inFlight(omniq, 64, 200_000),
        place -> place.storedPerSecond(64, 200_000));
    rounds.compare(
        "enqueueAll of 1,000s",
        omniq -> all(omniq, 1_000, 500_000),
        place -> place.storedPerSecond(1_000, 500_000));
  }

  static double oneByOne(OmniQ omniq, int threads, int tasks) throws Exception {
    List<Thread> all = new ArrayList<>();
    long before = waiting(omniq);
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      var thread =
          new Thread(
              () -> {
                for (int i = 0; i < tasks / threads; i++) {
                  omniq.enqueue(nothing(i));
                }
              });
      thread.start();
      all.add(thread);
    }
    for (Thread thread : all) {
      thread.join();
    }
    return storedPerSecond(omniq, tasks, before, start);
  }

  static double inFlight(OmniQ omniq, int inFlight, int tasks) throws Exception {
    AsyncOmniQ async = omniq.async();
    var room = new Semaphore(inFlight);
    long before = waiting(omniq);
    long start = System.nanoTime();
    for (int i = 0; i < tasks; i++) {
      room.acquire();
      var unused = async.enqueue(nothing(i)).whenComplete((id, failure) -> room.release());
    }
    room.acquire(inFlight);
    return storedPerSecond(omniq, tasks, before, start);
  }

  static double all(OmniQ omniq, int batch, int tasks) {
    long before = waiting(omniq);
    long start = System.nanoTime();
    for (int done = 0; done < tasks; done += batch) {
      omniq.enqueueAll(
          IntStream.range(done, Math.min(tasks, done + batch))
              .mapToObj(EnqueueWorkload::nothing)
              .toList());
    }
    return storedPerSecond(omniq, tasks, before, start);
  }

  /** No figure for a store that does not hold what it was given. */
  private static double storedPerSecond(OmniQ omniq, int tasks, long before, long start) {
    double perSecond = tasks / ((System.nanoTime() - start) / 1e9);
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
