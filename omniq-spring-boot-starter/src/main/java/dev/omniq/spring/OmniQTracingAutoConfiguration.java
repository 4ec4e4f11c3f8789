package dev.omniq.spring;

import dev.omniq.opentelemetry.OmniQTracing;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Traces, for an application with the module {@code omniq-opentelemetry}. */
@AutoConfiguration(
    after = OmniQAutoConfiguration.class,
    afterName =
        "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration")
@ConditionalOnClass({OpenTelemetry.class, OmniQTracing.class})
@ConditionalOnBean(OpenTelemetry.class)
public class OmniQTracingAutoConfiguration {

  /** The outermost interceptor, so that its span encloses the others. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  @ConditionalOnMissingBean
  OmniQTracing omniqTracing(OpenTelemetry openTelemetry) {
    return new OmniQTracing(openTelemetry);
  }
}
