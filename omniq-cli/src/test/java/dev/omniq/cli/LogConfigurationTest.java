package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LogConfigurationTest {
  @Test
  void logback_findsIt() {
    assertThat(ServiceLoader.load(Configurator.class))
        .anyMatch(configurator -> configurator instanceof LogConfiguration);
  }

  @Test
  void nothingSet_logsWarningsAsTextToStderr() {
    LoggerContext context = configured(Map.of());

    assertThat(context.getLogger("any").isEnabledFor(Level.WARN)).isTrue();
    assertThat(context.getLogger("any").isEnabledFor(Level.INFO)).isFalse();
    assertThat(appender(context).getTarget()).isEqualTo("System.err");
    assertThat(logged(context)).contains("WARN", "the disk is full").doesNotContain("{");
  }

  @Test
  void level_isThatOfTheVariable() {
    assertThat(
            configured(Map.of("OMNIQ_LOG_LEVEL", "debug"))
                .getLogger("any")
                .isEnabledFor(Level.DEBUG))
        .isTrue();
  }

  @Test
  void prod_logsALineOfJsonForEachEvent() {
    String logged = logged(configured(Map.of("OMNIQ_LOG_MODE", "PROD")));

    assertThat(logged).endsWith("\n").hasLineCount(1);
    JsonNode event = Cli.json(logged);
    assertThat(event.get("level").asString()).isEqualTo("WARN");
    assertThat(event.get("formattedMessage").asString()).isEqualTo("the disk is full");
  }

  @Test
  void taskOfAHandler_standsInEveryLine_inBothModes() {
    Map<String, String> task = Map.of("task_name", "mail", "task_id", "019ac9d2", "attempt", "2");

    assertThat(logged(configured(Map.of()), task))
        .endsWith("WARN  any mail 019ac9d2 attempt 2 the disk is full\n");
    assertThat(logged(configured(Map.of()))).endsWith("WARN  any the disk is full\n");
    JsonNode event = Cli.json(logged(configured(Map.of("OMNIQ_LOG_MODE", "PROD")), task));
    assertThat(event.get("mdc").get("task_name").asString()).isEqualTo("mail");
    assertThat(event.get("mdc").get("task_id").asString()).isEqualTo("019ac9d2");
    assertThat(event.get("mdc").get("attempt").asString()).isEqualTo("2");
  }

  @Test
  void badVariable_logsAllTheSame() {
    assertThat(logged(configured(Map.of("OMNIQ_LOG_MODE", "LOUD")))).contains("the disk is full");
  }

  private static LoggerContext configured(Map<String, String> environment) {
    var context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    LogConfiguration.configure(context, environment);
    return context;
  }

  private static ConsoleAppender<ILoggingEvent> appender(LoggerContext context) {
    var appender = context.getLogger("ROOT").iteratorForAppenders().next();
    return (ConsoleAppender<ILoggingEvent>) appender;
  }

  private static String logged(LoggerContext context) {
    return logged(context, Map.of());
  }

  private static String logged(LoggerContext context, Map<String, String> task) {
    var event =
        new LoggingEvent(
            "",
            context.getLogger("any"),
            Level.WARN,
            "the {} is full",
            null,
            new Object[] {"disk"});
    event.setMDCPropertyMap(task);
    return new String(appender(context).getEncoder().encode(event), StandardCharsets.UTF_8);
  }
}
