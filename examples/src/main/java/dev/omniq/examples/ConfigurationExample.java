package dev.omniq.examples;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fourth tutorial: settings, logging, and the blocking and the asynchronous facade. */
public final class ConfigurationExample {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationExample.class);

  private ConfigurationExample() {}

  /** What a task of this type carries. */
  public record SendEmail(String to, String subject) {}

  /** A task by a name that stays, whatever becomes of classes and methods. */
  static final TaskType<SendEmail> SEND_EMAIL = TaskType.of("send-email", SendEmail.class);

  private static String send(SendEmail email) {
    TaskContext context = TaskContext.current();
    context.progress(0.5, "connected");
    context.log("sending to " + email.to());
    LOG.info("Sending '{}' to {}", email.subject(), email.to()); // the task's id is in the MDC
    return "sent to " + email.to();
  }

  /** Sends some mails, blocking and not. */
  public static void main(String[] args) {
    Settings settings =
        Settings.ofUrl(args.length > 0 ? args[0] : "file:omniq_data")
            .defaultTimeout(Duration.ofSeconds(10))
            .defaultMaxRetries(5)
            .resultTtl(Duration.ofHours(1))
            .listener(transition -> LOG.debug("{} {}", transition.kind(), transition.task().id()))
            .build();

    try (OmniQ omniq = OmniQ.open(settings)) {
      try (Worker worker =
          omniq.worker().handleReturning(SEND_EMAIL, ConfigurationExample::send).start()) {

        // The blocking facade: each call returns when its change is on stable storage.
        List<TaskRequest> welcome =
            List.of(
                SEND_EMAIL.with(new SendEmail("ada@example.org", "Welcome")),
                SEND_EMAIL.with(new SendEmail("grace@example.org", "Welcome")).priority(5));
        List<TaskId> ids = omniq.enqueueAll(welcome);
        ids.forEach(id -> omniq.await(id, Duration.ofSeconds(30)));
        ids.forEach(id -> System.out.println(omniq.result(id, String.class)));

        // The asynchronous facade: the same, with futures.
        AsyncOmniQ async = omniq.async();
        CompletableFuture<String> news =
            async
                .enqueue(SEND_EMAIL.with(new SendEmail("edsger@example.org", "News")))
                .thenCompose(
                    id ->
                        async
                            .await(id, Duration.ofSeconds(30))
                            .thenCompose(finished -> async.result(id, String.class)));
        System.out.println(news.join());
      }
    }
  }
}
