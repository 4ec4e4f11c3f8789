package dev.omniq.examples;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.task.OmniTask;
import dev.omniq.task.PermanentFailureException;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskFailedException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.util.List;

/** The third tutorial: what happens when a task fails. */
public final class RetriesExample {
  private RetriesExample() {}

  /** Fails twice, then succeeds: a service that is briefly down. */
  @OmniTask
  public static String callFlakyService(String order) {
    int attempt = TaskContext.current().attempt();
    if (attempt <= 2) {
      throw new IllegalStateException("service unavailable (attempt " + attempt + ")");
    }
    return order + " confirmed at attempt " + attempt;
  }

  /** To try this again would not help. */
  @OmniTask
  public static void importFile(String file) {
    throw new PermanentFailureException(file + " is not a CSV file");
  }

  /** Never ends by itself. */
  @OmniTask
  public static void waitForEver() throws InterruptedException {
    Thread.currentThread().join();
  }

  /** Enqueues three troubled tasks and tells what became of them. */
  public static void main(String[] args) {
    String store = args.length > 0 ? args[0] : "file:omniq_data";
    try (OmniQ omniq = OmniQ.open(store)) {
      TaskId flaky =
          omniq.enqueue(
              task(RetriesExample::callFlakyService, "order-17")
                  .retry(RetryPolicy.fixed(3, Duration.ofMillis(200))));
      TaskId hopeless = omniq.enqueue(task(RetriesExample::importFile, "notes.txt"));
      TaskId endless =
          omniq.enqueue(
              task(RetriesExample::waitForEver).timeout(Duration.ofMillis(300)).maxRetries(0));

      try (Worker worker = omniq.worker().concurrency(3).tasks(RetriesExample.class).start()) {
        for (TaskId id : List.of(flaky, hopeless, endless)) {
          omniq.await(id, Duration.ofSeconds(30));
        }
      }

      System.out.println(omniq.result(flaky, String.class));
      try {
        omniq.result(hopeless, Void.class);
      } catch (TaskFailedException e) {
        System.out.println(e.getMessage());
      }
      for (Task failed : omniq.tasks(TaskQuery.all().status(TaskStatus.FAILED).limit(25))) {
        TaskError error = failed.lastError().orElseThrow();
        System.out.println(failed.name() + ": " + error.type() + ": " + error.message());
      }
    }
  }
}
