package dev.omniq.examples;

import static dev.omniq.TaskRequest.task;

import dev.omniq.HealthCheck;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.micrometer.QueueMetrics;
import dev.omniq.micrometer.TaskMetrics;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The seventh tutorial: metrics, logs and health. */
public final class MonitoringExample {
  private static final Logger LOG = LoggerFactory.getLogger(MonitoringExample.class);

  private MonitoringExample() {}

  /** Sends a mail, unless there is nobody. */
  @OmniTask
  public static void send(String to) {
    LOG.info("sending"); // the task is in the MDC
    if (to.equals("nobody")) {
      throw new IllegalArgumentException("no such address");
    }
  }

  /** Runs a few tasks and says what can be seen of them. */
  public static void main(String[] args) throws Exception {
    MeterRegistry registry =
        new SimpleMeterRegistry(); // in a program, that of Prometheus or another
    Settings settings =
        Settings.ofUrl(args.length > 0 ? args[0] : "file:omniq_data")
            .listener(new TaskMetrics(registry))
            .build();
    try (OmniQ omniq = OmniQ.open(settings)) {
      List<TaskId> mails =
          omniq.enqueueAll(
              List.of(
                  task(MonitoringExample::send, "ada"),
                  task(MonitoringExample::send, "grace"),
                  task(MonitoringExample::send, "nobody").maxRetries(0)));
      omniq.enqueue(task(MonitoringExample::send, "edsger").delay(Duration.ofHours(1)));
      try (Worker worker = omniq.worker().tasks(MonitoringExample.class).start()) {
        for (TaskId mail : mails) {
          omniq.await(mail, Duration.ofSeconds(30));
        }
        LOG.debug("{} has run all of them", worker.name());
      }

      tell(registry, omniq);
    }
  }

  private static void tell(MeterRegistry registry, OmniQ omniq) {
    for (String outcome : List.of("success", "failed")) {
      System.out.printf(
          "%s: %.0f%n",
          outcome, registry.get("omniq.tasks.ended").tag("outcome", outcome).counter().count());
    }
    Timer lateness = registry.get("omniq.tasks.lateness").timer();
    System.out.printf("lateness: at most %.1f ms%n", lateness.max(TimeUnit.MILLISECONDS));

    new QueueMetrics(omniq).bindTo(registry); // what the store holds, whoever put it there
    System.out.printf(
        "waiting: %.0f%n",
        registry.get("omniq.tasks.depth").tag("status", "pending").gauge().value());

    for (HealthCheck.Finding finding : HealthCheck.of(omniq).run().findings()) {
      System.out.println(finding.trouble() + ": " + finding.what());
      System.out.println("  " + finding.remedy());
    }
  }
}
