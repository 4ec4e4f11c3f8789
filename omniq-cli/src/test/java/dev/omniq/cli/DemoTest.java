package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demo as people start it: processes on a directory, one after the other. */
class DemoTest {
  @TempDir Path directory;

  @Test
  void demo_json_printsOneLineForEachRunAndNothingElse() throws Exception {
    Cli.Ended demo = Cli.fork(directory, "demo", "--json", "--seconds", "6");

    assertThat(demo.exitCode()).as(demo.err()).isZero();
    List<JsonNode> runs = demo.lines().stream().map(Cli::json).toList();
    assertThat(runs)
        .extracting(run -> run.get("item").asString() + " " + run.get("run").asInt())
        .contains("interval-item 1", "interval-item 2", "delayed-item 1")
        .startsWith("interval-item 1");
    for (JsonNode run : runs) {
      assertThat(run.propertyNames())
          .containsExactly(
              "item", "run", "task_id", "series_id", "planned", "actual", "lateness_ms");
      Instant planned = Instant.parse(run.get("planned").asString());
      Instant actual = Instant.parse(run.get("actual").asString());
      assertThat(actual).isAfterOrEqualTo(planned);
      assertThat(run.get("lateness_ms").decimalValue())
          .isEqualByComparingTo(
              BigDecimal.valueOf(Duration.between(planned, actual).toNanos() / 1_000, 3));
    }
    assertThat(runs.get(0).get("series_id")).isEqualTo(runs.get(0).get("task_id"));
  }

  @Test
  void demo_startedAgain_goesOnWithTheSeries() throws Exception {
    JsonNode first =
        Cli.json(Cli.fork(directory, "demo", "--json", "--seconds", "3").lines().get(0));

    Cli.Ended second = Cli.fork(directory, "demo", "--seconds", "3");

    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(second.lines())
        .contains("  found the series of an earlier start, going on with run 2")
        .anyMatch(line -> line.matches("Processing item: interval-item +2 .* ms.*"))
        .anyMatch(line -> line.startsWith("Done! "))
        .anyMatch(
            line ->
                line.matches(
                    ".* SUCCESS +2 .*interval-item.* " + first.get("series_id").asString()))
        .contains(
            "The journal:        cat " + Path.of("omniq_data", "journal-000001.jsonl"),
            "The tasks:          ./omniq list");
    assertThat(Files.readString(directory.resolve("omniq_data/journal-000001.jsonl")))
        .contains("interval-item");
  }

  @Test
  void demo_terminated_endsInOrder() throws Exception {
    Process demo = Cli.start(directory, List.of(), "demo", "--seconds", "100");
    BufferedReader out = readUntilTheFirstRun(demo);

    demo.toHandle().destroy(); // demo.destroy() would close the pipe as well

    List<String> rest = out.lines().toList();
    assertThat(demo.waitFor()).isEqualTo(128 + 15);
    assertThat(rest).anyMatch(text -> text.startsWith("Stopped in order. "));
    assertThat(Cli.fork(directory, "list", "--status", "running").out()).isEqualTo("No tasks.\n");
  }

  @Test
  void otherCommands_whileADemoOwnsTheDirectory_lookButDoNotRepair() throws Exception {
    Process demo = Cli.start(directory, List.of(), "demo", "--seconds", "100");
    BufferedReader out = readUntilTheFirstRun(demo);

    Cli.Ended list = Cli.fork(directory, "list", "--json", "--limit", "1");
    Cli.Ended show = Cli.fork(directory, "show", Cli.json(list.out()).get("id").asString());
    Cli.Ended repair = Cli.fork(directory, "repair", "omniq_data");

    assertThat(show.out()).contains("interval-item", "status");
    assertThat(repair.exitCode()).isEqualTo(1);
    assertThat(repair.err()).contains("omniq_data is in use").hasLineCount(1);
    demo.toHandle().destroy();
    assertThat(out.lines().toList()).anyMatch(text -> text.startsWith("Stopped in order. "));
    assertThat(directory.toFile().list()).containsExactly("omniq_data");
  }

  private static BufferedReader readUntilTheFirstRun(Process demo) throws IOException {
    var out =
        new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith("Processing item: interval-item")) {
      line = out.readLine();
    }
    return out;
  }

  @Test
  void demo_uniqueKeyOfAnotherProgram_isRefusedWithItsTask() throws Exception {
    try (var omniq = OmniQ.open("file:" + directory)) {
      omniq.enqueue(TaskType.of("other", String.class).with("x").uniqueKey("omniq-demo"));
    }

    Cli.Ended demo = Cli.run("demo", "--store", "file:" + directory, "--seconds", "1");

    assertThat(demo.exitCode()).isEqualTo(1);
    assertThat(demo.err())
        .contains("(other) of another program holds the unique key 'omniq-demo'")
        .hasLineCount(1);
    assertThat(Cli.run("list", "--store", "file:" + directory).out()).doesNotContain("delayed");
  }

  @Test
  void demo_noSeconds_isRefused() {
    Cli.Ended demo = Cli.run("demo", "--store", "memory:", "--seconds", "0");

    assertThat(demo.exitCode()).isEqualTo(2);
    assertThat(demo.err()).contains("--seconds must be 1 or more, but is 0");
  }
}
