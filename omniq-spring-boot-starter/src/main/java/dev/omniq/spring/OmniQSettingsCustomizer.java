package dev.omniq.spring;

import dev.omniq.Settings;

/**
 * A bean that has a say in the settings of the queue, after the properties and in the order of the
 * beans. Where tasks are kept is not among it: the properties and the {@code DataSource} decide
 * that.
 */
@FunctionalInterface
public interface OmniQSettingsCustomizer {

  /** Changes the settings. */
  void customize(Settings.Builder settings);
}
