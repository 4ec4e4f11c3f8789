package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.Notes;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.000001Z");
  private static final TaskId ID = TaskId.parse("019ac9d2-6f00-7000-8000-00000000000a");
  private static final TaskId OTHER = TaskId.parse("ffffffff-ffff-7fff-8fff-fffffffffff0");

  private final JsonBuffer out = new JsonBuffer();

  private Line readBack() {
    assertThat(out.array()[out.size() - 1]).isEqualTo((byte) '\n');
    assertThat(text().strip()).doesNotContain("\n");
    byte[] shifted = new byte[out.size() + 7];
    System.arraycopy(out.array(), 0, shifted, 7, out.size());
    return LineReader.read(shifted, 7, out.size() - 1);
  }

  private String text() {
    return new String(out.array(), 0, out.size(), StandardCharsets.UTF_8);
  }

  private static Task task(TaskSpec spec) {
    return new Task(ID, spec, ID, 1, NOW, NOW, TaskState.pending(NOW));
  }

  @Test
  void add_ofAPlainTask_isShort() {
    LineWriter.add(out, 7, task(TaskSpec.of("send", "[\"ada\",7]")), Optional.empty());

    assertThat(text())
        .isEqualTo(
            "{\"op\":\"add\",\"seq\":7,\"id\":\"019ac9d2-6f00-7000-8000-00000000000a\","
                + "\"at\":\"2026-11-23T10:15:30.000001Z\",\"name\":\"send\",\"args\":[\"ada\",7]}\n");
  }

  @Test
  void add_ofAPlainTask_readsBack() {
    Task task = task(TaskSpec.of("send", "[\"ada\",7]"));
    LineWriter.add(out, 7, task, Optional.empty());

    assertThat(readBack()).isEqualTo(new Line.Add(7, task, Optional.empty()));
  }

  @Test
  void add_withEverything_readsBack() {
    TaskSpec spec =
        new TaskSpec(
            "näme \"quoted\" \\ 🦊",
            "[{\"a\":[1.5e-7,true,null,\"ü\\u0000\\n🦊\"]}]",
            "mail",
            9,
            new Schedule.FixedRate(Duration.ofMillis(1500)),
            Optional.of("key"),
            new RetryPolicy(
                7, Duration.ofMillis(5), 1.5, Duration.ofHours(1), 0.5, List.of("a.B", "c.D")),
            Optional.empty(),
            Map.of("tenant", "é🦊", "x", "y"));
    Task task = new Task(ID, spec, OTHER, 12, NOW, NOW.plusSeconds(9), EVERY_FIELD);

    LineWriter.add(
        out, Long.MAX_VALUE, task, Optional.of(new Line.Claim(5, 3, Duration.ofSeconds(30), 4)));

    assertThat(readBack())
        .isEqualTo(
            new Line.Add(
                Long.MAX_VALUE,
                task,
                Optional.of(new Line.Claim(5, 3, Duration.ofSeconds(30), 4))));
  }

  private static final TaskState EVERY_FIELD =
      new TaskState(
          TaskStatus.SUCCESS,
          42,
          NOW.plusMillis(1),
          3,
          2,
          Optional.of(NOW.plusMillis(2)),
          Optional.of(NOW.plusMillis(3)),
          Optional.of("worker-1"),
          List.of(
              TaskError.of(TaskError.Type.RUNTIME, new IllegalStateException("bad\nluck"), 1, NOW),
              TaskError.of(TaskError.Type.LOST, "gone", 2, NOW)),
          Optional.of("{\"done\":true}"),
          new Notes(
              Optional.of(new Notes.Progress(0.4, "page \"40\"")),
              List.of(new Notes.LogLine(NOW, "one"), new Notes.LogLine(NOW, "two"))),
          true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "null",
        "7",
        "-0.5E+3",
        "true",
        "\"text\"",
        "{}",
        "[[],{}]",
        "{\"a\":{\"b\":[1, 2]}}",
        "[\"\\ud800\"]",
        // Not JSON on one line; kept as text.
        "",
        " [1]",
        "[1] ",
        "[1]\n",
        "[\n1]",
        "[1",
        "1]",
        "{\"a\"}",
        "[01]",
        "nul",
        "[1,]",
        "{,}",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\uD800\"",
        "[1]\u0000",
        "not json",
        "\u0000",
        "1 2",
        "'a'",
        "[NaN]",
        "{\"lines\":1}\n{\"lines\":1}",
        "-",
        "1.",
        "1e",
        "\"open",
        "{\"a\":1]",
        "[1}"
      })
  void argumentsAndResult_ofAnyText_readBackExactly(String json) {
    Task task =
        task(TaskSpec.of("send", json))
            .with(
                TaskState.pending(NOW).toBuilder()
                    .status(TaskStatus.SUCCESS)
                    .finishedAt(Optional.of(NOW))
                    .result(Optional.of(json))
                    .build());
    LineWriter.add(out, 1, task, Optional.empty());

    assertThat(readBack()).isEqualTo(new Line.Add(1, task, Optional.empty()));
  }

  @Test
  void arguments_thatAreDeep_readBackExactly() {
    String deep = "[".repeat(5_000) + "]".repeat(5_000);
    Task task = task(TaskSpec.of("send", deep));
    LineWriter.add(out, 1, task, Optional.empty());

    assertThat(readBack()).isEqualTo(new Line.Add(1, task, Optional.empty()));
  }

  @Test
  void arguments_thatAreLong_readBackExactly() {
    String digits = "[" + "9".repeat(200_000) + ",\"" + "ü".repeat(200_000) + "\"]";
    Task task = task(TaskSpec.of("send", digits));
    LineWriter.add(out, 1, task, Optional.empty());

    assertThat(readBack()).isEqualTo(new Line.Add(1, task, Optional.empty()));
  }

  @Test
  void times_fromTheEpochToTheLastYear_readBack() {
    var random = new java.util.Random(7);
    long last = Times.toMicros(Times.MAX);
    for (int i = 0; i < 2_000; i++) {
      Instant time = Times.ofMicros(i == 0 ? 0 : i == 1 ? last : (random.nextLong() >>> 1) % last);
      out.clear();
      LineWriter.close(out, time);

      assertThat(readBack()).isEqualTo(new Line.Close(time));
      assertThat(text()).contains(time.toString().substring(0, 19));
    }
  }

  @Test
  void times_outsideTheCommonRange_readBack() {
    for (Instant time : List.of(Instant.EPOCH.minusSeconds(1), Times.MAX.plusSeconds(7))) {
      out.clear();
      LineWriter.close(out, time);

      assertThat(readBack()).isEqualTo(new Line.Close(time));
    }
  }

  @Test
  void claims_readBack() {
    var claims =
        new Line.Claims("worker-1", 77, NOW, Duration.ofSeconds(30), 4, List.of(ID, OTHER));
    LineWriter.claims(out, claims);

    assertThat(readBack()).isEqualTo(claims);
  }

  @Test
  void set_readsBack() {
    LineWriter.set(out, ID, EVERY_FIELD);

    assertThat(readBack()).isEqualTo(new Line.Set(ID, EVERY_FIELD));
  }

  @Test
  void note_readsBack() {
    LineWriter.note(out, ID, EVERY_FIELD.notes());

    assertThat(readBack()).isEqualTo(new Line.Note(ID, EVERY_FIELD.notes()));
  }

  @Test
  void note_withoutProgress_readsBack() {
    LineWriter.note(out, ID, Notes.NONE);

    assertThat(readBack()).isEqualTo(new Line.Note(ID, Notes.NONE));
  }

  @Test
  void delete_readsBack() {
    LineWriter.delete(out, List.of(ID, OTHER));

    assertThat(readBack()).isEqualTo(new Line.Delete(List.of(ID, OTHER)));
  }

  @Test
  void open_readsBack() {
    LineWriter.open(out, 3, NOW);

    assertThat(readBack()).isEqualTo(new Line.Open(3, NOW));
  }

  @Test
  void read_ofAKeyOfALaterVersion_skipsIt() {
    byte[] line =
        ("{\"op\":\"note\",\"id\":\"" + ID + "\",\"new\":{\"a\":[1]},\"notes\":{\"log\":[]}}")
            .getBytes(StandardCharsets.UTF_8);

    assertThat(LineReader.read(line, 0, line.length)).isEqualTo(new Line.Note(ID, Notes.NONE));
  }

  @Test
  void next_afterALineThatIsNone_tellsWhereItBegins() {
    String first = "{\"op\":\"del\",\"ids\":[]}";
    byte[] text = (first + "\n{\"op\":\"del\",\"ids\":[7]}\n").getBytes(StandardCharsets.UTF_8);
    var lines = new LineReader(text, 0, text.length);

    assertThat(lines.next()).isEqualTo(new Line.Delete(List.of()));
    assertThatThrownBy(lines::next).isInstanceOf(IllegalArgumentException.class);
    assertThat(lines.start()).isEqualTo(first.length() + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"op\":\"add\"}",
        "{\"op\":\"what\"}",
        "{\"op\":\"del\",\"ids\":[]} ",
        "{\"op\":\"del\",\"ids\":[]}{}",
        "{\"op\":\"set\",\"id\":\"x\"}",
        "{\"op\":\"close\",\"at\":\"2026-13-41T00:00:00.000000Z\"}"
      })
  void read_ofSomethingElse_isRefused(String text) {
    byte[] line = text.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> LineReader.read(line, 0, line.length))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
