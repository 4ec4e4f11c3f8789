package dev.omniq.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.omniq.Settings;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * Logs go to the standard error stream: as text, or with {@code OMNIQ_LOG_MODE=PROD} as lines of
 * JSON; warnings only, unless {@code OMNIQ_LOG_LEVEL} says otherwise. In code and not in XML, as
 * bad values of these variables must not break it, and as a command starts somewhat faster so.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {
  /** The task of a handler, as its worker has put it into the MDC; nothing on other threads. */
  private static final String TASK =
      "%replace(%X{task_name} %X{task_id} attempt %X{attempt} ){'^  attempt  $', ''}";

  /** Called by Logback, which finds this class as a service. */
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    configure(context, System.getenv());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void configure(LoggerContext context, Map<String, String> environment) {
    Settings settings = settings(environment);
    Encoder<ILoggingEvent> encoder =
        settings.logMode() == Settings.LogMode.PROD ? json() : text(context);
    encoder.setContext(context);
    encoder.start();

    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();

    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(
        environment.getOrDefault("OMNIQ_LOG_LEVEL", "").isBlank()
            ? Level.WARN
            : Level.convertAnSLF4JLevel(settings.logLevel()));
    root.addAppender(appender);
  }

  /** A bad value is refused by the command itself, with a message for people. */
  private static Settings settings(Map<String, String> environment) {
    try {
      return Settings.fromEnv(environment);
    } catch (IllegalArgumentException e) {
      return Settings.builder().build();
    }
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(
        Ansi.AUTO.enabled()
            ? "%d{HH:mm:ss.SSS} %highlight(%-5level) %gray(%logger{0}) %cyan(" + TASK + ")%msg%n"
            : "%d{HH:mm:ss.SSS} %-5level %logger{0} " + TASK + "%msg%n");
    return encoder;
  }

  private static Encoder<ILoggingEvent> json() {
    var encoder = new JsonEncoder();
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithContext(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithSequenceNumber(false);
    return encoder;
  }
}
