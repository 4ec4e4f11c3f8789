package dev.omniq.spring;

import dev.omniq.HealthCheck;
import dev.omniq.HealthCheck.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells whether the store answers, and as a detail what a {@link HealthCheck} finds. Findings leave
 * the application up: late or failed tasks do not get better by its being restarted or taken out of
 * a load balancer.
 */
public final class OmniQHealthIndicator extends AbstractHealthIndicator {
  private final HealthCheck check;

  /** An indicator by a check. */
  public OmniQHealthIndicator(HealthCheck check) {
    super("the store of the tasks does not answer");
    this.check = check;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    List<Map<String, String>> findings =
        check.run().findings().stream().map(OmniQHealthIndicator::shown).toList();
    builder.up().withDetail("findings", findings);
  }

  private static Map<String, String> shown(Finding finding) {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("trouble", finding.trouble().name());
    shown.put("what", finding.what());
    shown.put("remedy", finding.remedy());
    return shown;
  }
}
