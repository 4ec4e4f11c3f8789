package dev.omniq.examples;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The second tutorial: a task at a time, and a task again and again. */
public final class SchedulingExample {
  private SchedulingExample() {}

  /** A task is a public method marked as one. */
  @OmniTask
  public static Map<String, String> processItem(String itemId) {
    System.out.println("Processing item: " + itemId);
    return Map.of("item_id", itemId, "status", "completed");
  }

  /** Runs for about 11 seconds. */
  public static void main(String[] args) throws Exception {
    String store = args.length > 0 ? args[0] : "file:omniq_data";
    Settings settings = Settings.ofUrl(store).build();
    try (OmniQ omniq = OmniQ.open(settings)) {
      System.out.println("Scheduling delayed task (5 seconds)...");
      TaskId delayed =
          omniq.enqueue(
              task(SchedulingExample::processItem, "delayed-item")
                  .eta(Instant.now().plusSeconds(5)));

      System.out.println("Scheduling interval task (every 2 seconds)...");
      TaskId repeating =
          omniq.enqueue(
              task(SchedulingExample::processItem, "interval-item")
                  .interval(Duration.ofSeconds(2))
                  .uniqueKey("interval-item")); // one series, however often the program starts

      System.out.println("Starting worker...");
      try (Worker worker = omniq.worker().concurrency(1).tasks(SchedulingExample.class).start()) {
        Thread.sleep(Duration.ofSeconds(11).toMillis());
      }
      System.out.println("Done! " + delayed + " ran once, " + repeating + " began a series.");
    }
  }
}
