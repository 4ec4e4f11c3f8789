package dev.omniq;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/** Settings from environment variables; a bad value is refused by its variable's name. */
final class Environment {
  private final Map<String, String> variables;

  private Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  static Settings.Builder read(Map<String, String> variables) {
    var environment = new Environment(variables);
    Settings.Builder settings = Settings.builder();
    environment.read(
        "OMNIQ_BACKEND",
        "file, sqlite, postgres or memory",
        value -> settings.backend(Backend.parse(value)));
    environment.read("OMNIQ_BASE_DIR", "a directory", value -> settings.baseDir(Path.of(value)));
    environment.read(
        "OMNIQ_DB_URL",
        "sqlite:FILE or jdbc:postgresql://…",
        value -> environment.useDatabase(StoreUrl.parse(value), settings));
    environment.read(
        "OMNIQ_DEFAULT_TIMEOUT",
        "seconds, more than 0",
        value -> settings.defaultTimeout(seconds(value)));
    environment.read(
        "OMNIQ_DEFAULT_MAX_RETRIES",
        "a whole number, 0 or more",
        value -> settings.defaultMaxRetries(Integer.parseInt(value)));
    environment.read(
        "OMNIQ_RESULT_TTL", "seconds, 0 or more", value -> settings.resultTtl(seconds(value)));
    environment.read(
        "OMNIQ_LOG_LEVEL",
        "TRACE, DEBUG, INFO, WARN or ERROR",
        value -> settings.logLevel(constant(Level.values(), value)));
    environment.read(
        "OMNIQ_LOG_MODE",
        "DEV or PROD",
        value -> settings.logMode(constant(Settings.LogMode.values(), value)));
    return settings;
  }

  /** The URL tells the backend, unless that is given, and then the two must agree. */
  private void useDatabase(StoreUrl url, Settings.Builder settings) {
    String backend = variables.getOrDefault("OMNIQ_BACKEND", "");
    if (!backend.isBlank() && Backend.parse(backend.strip()) != url.backend()) {
      throw new IllegalArgumentException("it does not fit OMNIQ_BACKEND " + backend);
    }
    url.applyTo(settings);
  }

  private void read(String variable, String allowed, Consumer<String> use) {
    String value = variables.get(variable);
    if (value == null || value.isBlank()) {
      return;
    }
    try {
      use.accept(value.strip());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "%s is '%s', but must be %s: %s".formatted(variable, value, allowed, e.getMessage()), e);
    }
  }

  private static Duration seconds(String value) {
    return Duration.ofMillis(new BigDecimal(value).movePointRight(3).longValueExact());
  }

  private static <E extends Enum<E>> E constant(E[] all, String name) {
    for (E constant : all) {
      if (constant.name().equalsIgnoreCase(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("there is no '" + name + "'");
  }
}
