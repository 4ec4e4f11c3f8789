package dev.omniq.cli;

import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Help.Ansi;

/**
 * How values look to people.
 *
 * @param zone the time zone of all times
 * @param ansi whether there is colour; picocli finds that out, and respects {@code NO_COLOR}
 */
record Style(ZoneId zone, Ansi ansi) {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);
  private static final DateTimeFormatter PRECISE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS xxx", Locale.ROOT);

  /** Such as {@code 09:30:00.250}. */
  String clock(Instant instant) {
    return CLOCK.format(instant.atZone(zone));
  }

  /** Such as {@code 2026-11-23 09:30:00.250}. */
  String dateAndTime(Instant instant) {
    return DATE_AND_TIME.format(instant.atZone(zone));
  }

  /** Such as {@code 2026-11-23 09:30:00.250000 +00:00}. */
  String precise(Instant instant) {
    return PRECISE.format(instant.atZone(zone));
  }

  /** The zone as a heading names it. */
  String zoneName() {
    return zone.getDisplayName(TextStyle.SHORT, Locale.ROOT);
  }

  /** Such as {@code 2s}, {@code 0.5s} or {@code 1h30m}. */
  static String duration(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /** To the second, or to the minute or hour where that is enough: {@code 42s} or {@code 3h5m}. */
  static String rough(Duration duration) {
    Duration whole =
        duration.truncatedTo(
            duration.compareTo(Duration.ofHours(1)) < 0 ? ChronoUnit.SECONDS : ChronoUnit.MINUTES);
    return duration(whole);
  }

  /** Such as {@code 1.2 ms}. */
  static String milliseconds(BigDecimal milliseconds) {
    return String.format(Locale.ROOT, "%,.1f ms", milliseconds);
  }

  static String schedule(Schedule schedule) {
    if (schedule instanceof Schedule.FixedDelay delay) {
      return "again " + duration(delay.interval()) + " after the end of each run";
    }
    if (schedule instanceof Schedule.FixedRate rate) {
      return "every " + duration(rate.interval()) + ", however long a run takes";
    }
    return "once";
  }

  /** A task as a call, {@code Reports#generate("daily")}: its name without the package. */
  static String call(Task task, int longest) {
    String name = task.name();
    int method = name.indexOf('#');
    String shortName = name.substring(name.lastIndexOf('.', method < 0 ? 0 : method) + 1);
    String arguments = task.arguments();
    String call = shortName + "(" + arguments.substring(1, arguments.length() - 1) + ")";
    return call.length() > longest ? call.substring(0, longest - 1) + "…" : call;
  }

  /** The colour of a status. */
  UnaryOperator<String> paint(TaskStatus status) {
    Ansi.Style colour =
        switch (status) {
          case PENDING -> Ansi.Style.fg_yellow;
          case RUNNING -> Ansi.Style.fg_cyan;
          case SUCCESS -> Ansi.Style.fg_green;
          case FAILED -> Ansi.Style.fg_red;
          case CANCELLED -> Ansi.Style.fg_magenta;
        };
    return in(colour);
  }

  /** What is wrong. */
  UnaryOperator<String> alarm() {
    return in(Ansi.Style.fg_red);
  }

  /** What is as it should be. */
  UnaryOperator<String> calm() {
    return in(Ansi.Style.fg_green);
  }

  private UnaryOperator<String> in(Ansi.Style colour) {
    return text -> ansi.enabled() ? colour.on() + text + colour.off() : text;
  }

  UnaryOperator<String> bold() {
    return text -> ansi.enabled() ? Ansi.Style.bold.on() + text + Ansi.Style.reset.on() : text;
  }

  /** What handlers wrote must not steer the terminal. */
  static String harmless(String text) {
    return text.replace("\r", "").replaceAll("[\\p{Cntrl}&&[^\n\t]]", "\uFFFD");
  }
}
