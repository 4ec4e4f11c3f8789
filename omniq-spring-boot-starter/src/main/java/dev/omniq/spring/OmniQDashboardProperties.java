package dev.omniq.spring;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application says of the dashboard in its configuration.
 *
 * @param enabled Whether the dashboard is a part of the application, if its module is there.
 * @param path Where it is found.
 * @param viewerRole The role of those who may look.
 * @param operatorRole The role of those who may change tasks as well.
 * @param mask Names of values to hide, beside password and the like.
 */
@ConfigurationProperties("omniq.dashboard")
public record OmniQDashboardProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("/omniq") String path,
    @DefaultValue("OMNIQ_VIEWER") String viewerRole,
    @DefaultValue("OMNIQ_OPERATOR") String operatorRole,
    @DefaultValue List<String> mask) {

  /** Checks the path. */
  public OmniQDashboardProperties {
    if (!path.matches("(/[\\w.~-]+)+")) {
      throw new IllegalArgumentException(
          "omniq.dashboard.path must look like /omniq, but is '" + path + "'");
    }
    mask = List.copyOf(mask);
  }
}
