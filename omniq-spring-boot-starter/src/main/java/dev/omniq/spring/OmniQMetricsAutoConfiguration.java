package dev.omniq.spring;

import dev.omniq.OmniQ;
import dev.omniq.micrometer.QueueMetrics;
import dev.omniq.micrometer.TaskMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Metrics, for an application with the module {@code omniq-micrometer} and a registry. */
@AutoConfiguration(
    after = OmniQAutoConfiguration.class,
    afterName =
        "org.springframework.boot.micrometer.metrics.autoconfigure"
            + ".CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({MeterRegistry.class, TaskMetrics.class})
@ConditionalOnBean({OmniQ.class, MeterRegistry.class})
public class OmniQMetricsAutoConfiguration {

  /** What this application does with tasks; the queue finds it as a listener. */
  @Bean
  @ConditionalOnMissingBean
  TaskMetrics omniqTaskMetrics(MeterRegistry registry) {
    return new TaskMetrics(registry);
  }

  /** What the store holds; Spring Boot binds it to the registries. */
  @Bean
  @ConditionalOnMissingBean
  QueueMetrics omniqQueueMetrics(OmniQ omniq) {
    return new QueueMetrics(omniq);
  }
}
