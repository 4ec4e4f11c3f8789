package dev.omniq.dashboard;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A queue with tasks in every state, and a worker; everything is real but the work. */
public final class SampleQueue implements AutoCloseable {
  final OmniQ omniq;
  final Worker worker;
  private static volatile CountDownLatch mayEnd = new CountDownLatch(1);
  private static volatile CountDownLatch started = new CountDownLatch(1);

  TaskId done;
  TaskId failed;
  TaskId running;
  TaskId waiting;
  TaskId series;
  TaskId secret;

  /** What the tasks do. */
  public static final class Shop {
    private Shop() {}

    @OmniTask
    public static Map<String, Object> sendInvoice(int order) {
      TaskContext.current().log("invoice for order " + order);
      return Map.of("order", order, "pages", 2);
    }

    @OmniTask
    public static void chargeCard(Map<String, Object> card) {
      throw new IllegalStateException("the bank does not answer");
    }

    @OmniTask
    public static void importCatalogue(String file) throws InterruptedException {
      TaskContext.current().progress(0.4, "page 40 of 100");
      TaskContext.current().log("reading " + file);
      started.countDown();
      mayEnd.await();
    }

    @OmniTask
    public static void cleanUp() {}
  }

  SampleQueue(Path directory) throws InterruptedException {
    mayEnd = new CountDownLatch(1);
    started = new CountDownLatch(1);
    omniq = OmniQ.open(Settings.builder().baseDir(directory).build());
    worker = omniq.worker().concurrency(4).shutdownTimeout(Duration.ZERO).tasks(Shop.class).start();
    done = omniq.enqueue(task(Shop::sendInvoice, 1).label("customer", "ada"));
    for (int order = 2; order <= 12; order++) {
      omniq.enqueue(task(Shop::sendInvoice, order).label("customer", "grace"));
    }
    failed =
        omniq.enqueue(
            task(Shop::chargeCard, Map.of("owner", "Hopper", "card_token", "4111-1111"))
                .maxRetries(0));
    running = omniq.enqueue(task(Shop::importCatalogue, "spring.csv"));
    waiting = omniq.enqueue(task(Shop::sendInvoice, 99).delay(Duration.ofHours(2)));
    series = omniq.enqueue(task(Shop::cleanUp).interval(Duration.ofHours(1)).delay(Duration.ZERO));
    secret =
        omniq.enqueue(
            TaskRequest.named(
                    "reports.nightly",
                    List.of(Map.of("to", "ada@example.org", "api_key", "k-123456")))
                .queue("reports")
                .delay(Duration.ofHours(3)));
    omniq.await(done, Duration.ofSeconds(20));
    omniq.await(failed, Duration.ofSeconds(20));
    omniq.await(series, Duration.ofSeconds(20));
    started.await();
  }

  void letRunningEnd() {
    mayEnd.countDown();
  }

  @Override
  public void close() {
    mayEnd.countDown();
    omniq.close();
  }
}
