package dev.omniq.examples;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.dashboard.Dashboard;
import dev.omniq.task.OmniTask;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.util.Map;

/** The sixth tutorial: a program whose tasks can be looked at in a browser. */
public final class DashboardExample {
  private static final int PAGES = 40;

  private DashboardExample() {}

  /** Takes a while, and tells how far it is. */
  @OmniTask
  public static String importCatalogue(String file) throws InterruptedException {
    TaskContext context = TaskContext.current();
    context.log("reading " + file);
    for (int page = 1; page <= PAGES; page++) {
      context.progress(page / (double) PAGES, "page " + page + " of " + PAGES);
      Thread.sleep(500);
    }
    return file + " is in the catalogue";
  }

  /** Fails, as such things do. */
  @OmniTask
  public static void chargeCard(Map<String, String> card) {
    throw new IllegalStateException("the bank does not answer");
  }

  /** Comes back every minute. */
  @OmniTask
  public static void cleanUp() {
    TaskContext.current().log("nothing to clean up");
  }

  /** Shows tasks until somebody presses Enter: {@code [URL [PORT]]}. */
  public static void main(String[] args) throws Exception {
    int port = args.length > 1 ? Integer.parseInt(args[1]) : 8080;
    try (OmniQ omniq = OmniQ.open(args.length > 0 ? args[0] : "file:omniq_data");
        Worker worker = omniq.worker().tasks(DashboardExample.class).start();
        Dashboard dashboard = Dashboard.of(omniq).port(port).start()) {
      omniq.enqueue(task(DashboardExample::importCatalogue, "spring.csv"));
      omniq.enqueue(
          task(DashboardExample::chargeCard, Map.of("customer", "ada", "card_token", "4711"))
              .maxRetries(0)
              .label("customer", "ada"));
      omniq.enqueue(
          task(DashboardExample::cleanUp).interval(Duration.ofMinutes(1)).uniqueKey("clean-up"));

      System.out.println(worker.name() + " runs; look at " + dashboard.uri());
      System.out.println("Enter ends it.");
      System.in.read();
    }
  }
}
