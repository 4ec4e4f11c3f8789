package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
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
        omniq -> oneByOne(omniq, 1, 3_000),
        place -> place.storedPerSecond(1, 3_000));
    rounds.compare(
        "enqueue, 16 threads",
        omniq -> oneByOne(omniq, 16, 16_000),
        place -> place.storedPerSecond(16, 16_000));
    rounds.compare(
        "enqueue, 64 in flight",
        omniq -> inFlight(omniq, 64, 32_000),
        place -> place.storedPerSecond(64, 32_000));
    rounds.compare(
        "enqueueAll of 1,000s",
        omniq -> all(omniq, 1_000, 100_000),
        place -> place.storedPerSecond(1_000, 100_000));
  }

  private static double oneByOne(OmniQ omniq, int threads, int tasks) throws Exception {
    List<Thread> all = new ArrayList<>();
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
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  private static double inFlight(OmniQ omniq, int inFlight, int tasks) throws Exception {
    AsyncOmniQ async = omniq.async();
    var room = new Semaphore(inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < tasks; i++) {
      room.acquire();
      var unused = async.enqueue(nothing(i)).whenComplete((id, failure) -> room.release());
    }
    room.acquire(inFlight);
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  static double all(OmniQ omniq, int batch, int tasks) {
    long start = System.nanoTime();
    for (int done = 0; done < tasks; done += batch) {
      omniq.enqueueAll(
          IntStream.range(done, Math.min(tasks, done + batch))
              .mapToObj(EnqueueWorkload::nothing)
              .toList());
    }
    return tasks / ((System.nanoTime() - start) / 1e9);
  }

  static TaskRequest nothing(int number) {
    return task(Handlers::nothing, "payload " + number);
  }
}
