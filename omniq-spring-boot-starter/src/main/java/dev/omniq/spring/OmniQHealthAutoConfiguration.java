package dev.omniq.spring;

import dev.omniq.HealthCheck;
import dev.omniq.OmniQ;
import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The health of the queue, for an application with the actuator. */
@AutoConfiguration(after = OmniQAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(OmniQ.class)
@ConditionalOnEnabledHealthIndicator("omniq")
public class OmniQHealthAutoConfiguration {

  /** Named so that it appears as {@code omniq}. */
  @Bean
  @ConditionalOnMissingBean(name = "omniqHealthIndicator")
  OmniQHealthIndicator omniqHealthIndicator(OmniQ omniq, OmniQProperties properties) {
    HealthCheck usual = HealthCheck.of(omniq);
    Duration twoLeases = properties.worker().lease().multipliedBy(2);
    return new OmniQHealthIndicator(
        new HealthCheck(
            omniq,
            usual.maxLateness(),
            twoLeases.compareTo(usual.maxSilence()) > 0 ? twoLeases : usual.maxSilence(),
            usual.maxSkew(),
            usual.lately()));
  }
}
