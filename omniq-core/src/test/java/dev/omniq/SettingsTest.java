package dev.omniq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OmniQException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

class SettingsTest {
  @Test
  void defaults_areThoseOfTheReference() {
    Settings settings = Settings.builder().build();

    assertThat(settings.backend()).isEqualTo(Backend.FILE);
    assertThat(settings.defaultTimeout()).contains(Duration.ofSeconds(300));
    assertThat(settings.defaultRetryPolicy().maxRetries()).isEqualTo(3);
    assertThat(settings.retention().success()).isEqualTo(Duration.ofSeconds(86_400));
    assertThat(settings.maxArgumentBytes()).isEqualTo(1 << 20);
  }

  @Test
  void environment_setsEachValue() {
    Settings settings =
        Settings.fromEnv(
            Map.of(
                "OMNIQ_BACKEND", "memory",
                "OMNIQ_BASE_DIR", "queue",
                "OMNIQ_DEFAULT_TIMEOUT", "1.5",
                "OMNIQ_DEFAULT_MAX_RETRIES", "7",
                "OMNIQ_RESULT_TTL", "60",
                "OMNIQ_LOG_LEVEL", "debug",
                "OMNIQ_LOG_MODE", "prod"));

    assertThat(settings.backend()).isEqualTo(Backend.MEMORY);
    assertThat(settings.baseDir()).isEqualTo(Path.of("queue"));
    assertThat(settings.defaultTimeout()).contains(Duration.ofMillis(1_500));
    assertThat(settings.defaultRetryPolicy().maxRetries()).isEqualTo(7);
    assertThat(settings.retention().success()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.logLevel()).isEqualTo(Level.DEBUG);
    assertThat(settings.logMode()).isEqualTo(Settings.LogMode.PROD);
  }

  @Test
  void emptyEnvironment_isAllDefaults() {
    assertThat(Settings.fromEnv(Map.of("OMNIQ_BACKEND", " ")).backend()).isEqualTo(Backend.FILE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OMNIQ_BACKEND             | redis     | file, sqlite, postgres or memory",
        "OMNIQ_DB_URL              | mysql:x   | sqlite:FILE",
        "OMNIQ_DEFAULT_TIMEOUT     | 0         | seconds, more than 0",
        "OMNIQ_DEFAULT_TIMEOUT     | 5m        | seconds, more than 0",
        "OMNIQ_DEFAULT_MAX_RETRIES | -1        | a whole number, 0 or more",
        "OMNIQ_DEFAULT_MAX_RETRIES | many      | a whole number, 0 or more",
        "OMNIQ_RESULT_TTL          | -5        | seconds, 0 or more",
        "OMNIQ_LOG_LEVEL           | LOUD      | TRACE, DEBUG, INFO, WARN or ERROR",
        "OMNIQ_LOG_MODE            | TEST      | DEV or PROD"
      })
  void badVariable_isRefusedByItsName_itsValueAndWhatIsAllowed(
      String variable, String value, String allowed) {
    assertThatThrownBy(() -> Settings.fromEnv(Map.of(variable, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(variable)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(allowed);
  }

  @Test
  void databaseUrl_tellsTheBackend_andMustFitTheOneThatIsGiven() {
    assertThat(Settings.fromEnv(Map.of("OMNIQ_DB_URL", "sqlite:q.db")).backend())
        .isEqualTo(Backend.SQLITE);
    assertThatThrownBy(
            () ->
                Settings.fromEnv(
                    Map.of("OMNIQ_DB_URL", "sqlite:q.db", "OMNIQ_BACKEND", "postgres")))
        .hasMessageContaining("does not fit OMNIQ_BACKEND");
  }

  @ParameterizedTest
  @CsvSource({
    "file:queue,FILE",
    "memory:,MEMORY",
    "sqlite:q.db,SQLITE",
    "jdbc:postgresql://h/d,POSTGRES"
  })
  void url_tellsTheBackend(String url, Backend backend) {
    assertThat(Settings.ofUrl(url).build().backend()).isEqualTo(backend);
  }

  @Test
  void unknownUrl_isRefusedWithWhatIsAllowed() {
    assertThatThrownBy(() -> Settings.ofUrl("redis://h"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("redis://h")
        .hasMessageContaining("file:DIRECTORY");
    assertThatThrownBy(() -> Settings.ofUrl("file:")).hasMessageContaining("names no place");
  }

  @Test
  void sqlBackend_needsAUrl() {
    assertThatThrownBy(() -> Settings.builder().backend(Backend.POSTGRES).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dbUrl");
  }

  @Test
  void storeThatIsNotOnTheClassPath_isRefused_notReplaced() {
    assertThatThrownBy(() -> OmniQ.open("sqlite:q.db"))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("dev.omniq:omniq-sqlite");
  }
}
