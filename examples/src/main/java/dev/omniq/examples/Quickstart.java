package dev.omniq.examples;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import java.time.Duration;

/** The first tutorial: a task, a worker, a result. */
public final class Quickstart {
  private Quickstart() {}

  /** A task is a public method marked as one. */
  @OmniTask
  public static String greet(String name) {
    return "Hello, " + name + "!";
  }

  /** Enqueues a greeting and prints it. */
  public static void main(String[] args) {
    String store = args.length > 0 ? args[0] : "file:omniq_data";
    try (OmniQ omniq = OmniQ.open(store)) {
      TaskId id = omniq.enqueue(task(Quickstart::greet, "Ada"));
      try (Worker worker = omniq.worker().tasks(Quickstart.class).start()) {
        omniq.await(id, Duration.ofSeconds(30));
      }
      System.out.println(omniq.result(id, String.class));
    }
  }
}
