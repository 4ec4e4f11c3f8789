package dev.omniq.spring;

import dev.omniq.Settings;
import dev.omniq.WorkerBuilder;
import dev.omniq.storage.Retention;
import dev.omniq.worker.WorkerOptions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * What an application says of its queue in its configuration. Checked by the core's own rules when
 * it is bound, so that a bad value ends the start.
 *
 * @param url Where tasks are kept: file:DIRECTORY, memory:, sqlite:FILE or jdbc:postgresql://… By
 *     default the database of the DataSource; without a DataSource the directory omniq_data.
 * @param schema The schema that holds the tables, on PostgreSQL.
 * @param migrate Whether to create and update the tables at the start, on PostgreSQL; otherwise
 *     they must be there.
 * @param worker The worker of this application.
 * @param defaultMaxRetries The retries of a task that says nothing of them.
 * @param defaultTimeout The timeout of a task that names none, in seconds unless it has a unit; 0
 *     for none.
 * @param resultTtl How long the results of tasks are kept, in seconds unless it has a unit.
 */
@ConfigurationProperties("omniq")
public record OmniQProperties(
    @Nullable String url,
    @DefaultValue(DEFAULT_SCHEMA) String schema,
    @DefaultValue("true") boolean migrate,
    @DefaultValue Worker worker,
    @DefaultValue("3") int defaultMaxRetries,
    // Seconds as in the environment variables of the core, which are bound to these two as well.
    @DefaultValue("300s") @DurationUnit(ChronoUnit.SECONDS) Duration defaultTimeout,
    @DefaultValue("24h") @DurationUnit(ChronoUnit.SECONDS) Duration resultTtl) {

  static final String DEFAULT_SCHEMA = "omniq";

  /** Checks the values. */
  public OmniQProperties {
    defaults(
        url == null ? Settings.builder() : Settings.ofUrl(url),
        defaultMaxRetries,
        defaultTimeout,
        resultTtl);
  }

  void applyTo(Settings.Builder settings) {
    defaults(settings, defaultMaxRetries, defaultTimeout, resultTtl);
  }

  private static void defaults(
      Settings.Builder settings, int maxRetries, Duration timeout, Duration resultTtl) {
    settings.defaultMaxRetries(maxRetries).resultTtl(resultTtl);
    if (timeout.isZero()) {
      settings.noDefaultTimeout();
    } else {
      settings.defaultTimeout(timeout);
    }
  }

  /**
   * What it says of its worker.
   *
   * @param enabled Whether this application runs tasks.
   * @param concurrency The most handlers that run at once; by default as many as there are
   *     processors, and at least 2.
   * @param queues The queues to take tasks from, each with the most handlers that run of it at
   *     once; by default the queue "default".
   * @param pollInterval The longest time between two looks for due tasks.
   * @param lease How long a task stays with a worker that is not heard of.
   * @param shutdownTimeout How long handlers may go on when the application stops, before they are
   *     interrupted.
   */
  public record Worker(
      @DefaultValue("true") boolean enabled,
      @Nullable Integer concurrency,
      @DefaultValue Map<String, Integer> queues,
      @DefaultValue("1s") Duration pollInterval,
      @DefaultValue("30s") Duration lease,
      @DefaultValue("30s") Duration shutdownTimeout) {

    /** Checks the values. */
    public Worker {
      queues = Map.copyOf(queues);
      var unused =
          new WorkerOptions(
              concurrency == null ? 1 : concurrency,
              pollInterval,
              queues.isEmpty() ? Map.of("default", 1) : queues,
              lease,
              shutdownTimeout,
              Retention.defaults());
    }

    void applyTo(WorkerBuilder worker) {
      worker
          .queues(queues)
          .pollInterval(pollInterval)
          .lease(lease)
          .shutdownTimeout(shutdownTimeout);
      if (concurrency != null) {
        worker.concurrency(concurrency);
      }
    }
  }
}
