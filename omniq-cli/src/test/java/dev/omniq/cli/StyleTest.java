package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.cli.TextTable.Cell;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class StyleTest {
  private static final Style PLAIN = new Style(ZoneId.of("+02:00"), Ansi.OFF);
  private static final Style COLOURED = new Style(ZoneId.of("+02:00"), Ansi.ON);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.250999Z");

  @Test
  void times_areOfTheZone() {
    assertThat(PLAIN.clock(NOON)).isEqualTo("14:00:00.250");
    assertThat(PLAIN.dateAndTime(NOON)).isEqualTo("2026-11-23 14:00:00.250");
    assertThat(PLAIN.precise(NOON)).isEqualTo("2026-11-23 14:00:00.250999 +02:00");
  }

  @Test
  void duration_isShort() {
    assertThat(Style.duration(Duration.ofMillis(500))).isEqualTo("0.5s");
    assertThat(Style.duration(Duration.ofMinutes(90))).isEqualTo("1h30m");
  }

  @Test
  void milliseconds_haveOneDecimal() {
    assertThat(Style.milliseconds(new BigDecimal("1.249"))).isEqualTo("1.2 ms");
    assertThat(Style.milliseconds(new BigDecimal("14564.100"))).isEqualTo("14,564.1 ms");
  }

  @Test
  void call_leavesThePackageOut() {
    assertThat(Style.call(task("org.example.Reports#generate", "[\"daily\",7]"), 40))
        .isEqualTo("Reports#generate(\"daily\",7)");
    assertThat(Style.call(task("send-email", "[]"), 40)).isEqualTo("send-email()");
    assertThat(Style.call(task("mail.send", "[]"), 40)).isEqualTo("mail.send()");
  }

  @Test
  void call_long_isCut() {
    assertThat(Style.call(task("a", "[\"0123456789\"]"), 8)).isEqualTo("a(\"0123…").hasSize(8);
  }

  @Test
  void status_isColouredOnlyOnATerminal() {
    assertThat(PLAIN.paint(TaskStatus.FAILED).apply("FAILED")).isEqualTo("FAILED");
    assertThat(COLOURED.paint(TaskStatus.FAILED).apply("FAILED"))
        .isEqualTo("\u001b[31mFAILED\u001b[39m");
  }

  @Test
  void harmless_controlCharacters_areReplaced() {
    assertThat(Style.harmless("a\tb\n\u001b[31mc\r\n")).isEqualTo("a\tb\n\uFFFD[31mc\n");
  }

  @Test
  void table_alignsColumns_alsoWhenCellsArePainted() {
    var table = new TextTable(1);
    table.row("NAME", "N", "LAST");
    table.row(List.of(new Cell("x", text -> "<" + text + ">"), Cell.of("10"), Cell.of("end")));

    assertThat(table.lines()).containsExactly("NAME   N  LAST", "<x>     10  end");
  }

  private static Task task(String name, String arguments) {
    NewTask task = NewTask.first(TaskId.next(NOON), TaskSpec.of(name, arguments), Due.now());
    return Task.stored(task, NOON);
  }
}
