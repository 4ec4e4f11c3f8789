package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.worker.Worker;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code list}, {@code show} and {@code repair} on a small store. */
class LookingTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  @TempDir Path parent;
  private Path directory;
  private String store;
  private TaskId failed;
  private TaskId repeating;
  private TaskId sent;

  /** A failed task, a pending series in a queue of its own, and one that succeeded. */
  @BeforeEach
  void fill() {
    directory = parent.resolve("store");
    store = "file:" + directory;
    try (OmniQ omniq = OmniQ.open(store)) {
      failed = omniq.enqueue(MAIL.with("nobody").maxRetries(0).label("customer", "17"));
      sent = omniq.enqueue(MAIL.with("ada"));
      repeating = omniq.enqueue(MAIL.with("all").interval(Duration.ofHours(1)).queue("news"));
      try (Worker worker = omniq.worker().handleReturning(MAIL, LookingTest::send).build()) {
        worker.runDue();
      }
    }
  }

  private static String send(String to) {
    TaskContext.current().progress(0.5, "connected");
    TaskContext.current().log("talking to the server");
    if (to.equals("nobody")) {
      throw new IllegalStateException("no such address: " + to);
    }
    return "sent to " + to;
  }

  @Test
  void list_showsTheNewestFirstInAlignedColumns() {
    Cli.Ended list = Cli.run("list", "--store", store);

    assertThat(list.exitCode()).as(list.err()).isZero();
    assertThat(list.lines()).hasSize(4);
    assertThat(list.lines().get(0)).matches("ID +STATUS +RUN +DUE \\(.+\\) +TASK +SERIES");
    assertThat(list.lines().get(1))
        .startsWith(repeating + "  PENDING    1  ")
        .endsWith("  mail(\"all\")     " + repeating);
    assertThat(list.lines().get(2)).startsWith(sent + "  SUCCESS    -  ").endsWith("  -");
    assertThat(list.lines().get(3)).startsWith(failed + "  FAILED     -  ");
  }

  @Test
  void list_json_isOneObjectToALine() {
    Cli.Ended list = Cli.run("list", "--store", store, "--json");

    List<JsonNode> tasks = list.lines().stream().map(Cli::json).toList();
    assertThat(tasks)
        .extracting(task -> task.get("id").asString())
        .containsExactly(repeating.toString(), sent.toString(), failed.toString());
    assertThat(tasks.get(1).get("arguments").toString()).isEqualTo("[\"ada\"]");
    assertThat(tasks.get(1).get("result").asString()).isEqualTo("sent to ada");
    assertThat(tasks.get(0).get("schedule").toString())
        .isEqualTo("{\"type\":\"interval\",\"every\":\"PT1H\"}");
    assertThat(tasks.get(0).has("result")).isFalse();
  }

  @Test
  void list_conditions_areRespected() {
    assertListed(List.of(failed), "--status", "failed");
    assertListed(List.of(sent, failed), "--status", "success,FAILED");
    assertListed(List.of(repeating), "--queue", "news");
    assertListed(List.of(), "--name", "post");
    assertListed(List.of(failed), "--label", "customer=17", "--name", "mail");
    assertListed(List.of(repeating), "--recurring");
    assertListed(List.of(repeating), "--series", repeating.toString());
    assertListed(List.of(repeating, sent), "--limit", "2");
    assertListed(List.of(failed), "--limit", "2", "--after", sent.toString());
  }

  private void assertListed(List<TaskId> expected, String... conditions) {
    var args = new java.util.ArrayList<>(List.of("list", "--json", "--store", store));
    args.addAll(List.of(conditions));
    assertThat(Cli.run(args.toArray(String[]::new)).lines())
        .extracting(line -> TaskId.parse(Cli.json(line).get("id").asString()))
        .as("%s", List.of(conditions))
        .isEqualTo(expected);
  }

  @Test
  void list_fullPage_tellsHowToGoOn() {
    assertThat(Cli.run("list", "--store", store, "--limit", "2").lines())
        .last()
        .isEqualTo("There may be more: --after " + sent);
  }

  @Test
  void show_failedTask_tellsItsErrorProgressAndLog() {
    Cli.Ended show = Cli.run("show", "--store", store, failed.toString());

    assertThat(show.exitCode()).as(show.err()).isZero();
    assertThat(show.lines())
        .contains(
            "task       " + failed,
            "arguments  [\"nobody\"]",
            "status     FAILED",
            "labels     customer=17",
            "attempts   1 of 1",
            "progress   50 % connected",
            "    java.lang.IllegalStateException: no such address: nobody")
        .anyMatch(line -> line.matches("attempt 1  .*  RUNTIME"))
        .anyMatch(line -> line.startsWith("    \tat " + LookingTest.class.getName() + ".send("))
        .anyMatch(line -> line.endsWith("  talking to the server"));
  }

  @Test
  void show_json_carriesTheError() {
    JsonNode task = Cli.json(Cli.run("show", "--json", "--store", store, failed + "").out());

    JsonNode error = task.get("errors").get(0);
    assertThat(error.get("type").asString()).isEqualTo("RUNTIME");
    assertThat(error.get("exception").asString()).isEqualTo(IllegalStateException.class.getName());
    assertThat(error.get("stack_trace").asString()).contains("LookingTest.send(");
    assertThat(task.get("progress").get("fraction").asDouble()).isEqualTo(0.5);
    assertThat(task.get("log").get(0).get("text").asString()).isEqualTo("talking to the server");
  }

  @Test
  void show_unknownTask_failsWithOneLine() {
    String unknown = "019ac9d2-6f00-7000-8000-000000000001";

    Cli.Ended show = Cli.run("show", "--store", store, unknown);

    assertThat(show.exitCode()).isEqualTo(1);
    assertThat(show.out()).isEmpty();
    assertThat(show.err())
        .isEqualTo("omniq show: there is no task " + unknown + " in " + store + "\n");
  }

  @Test
  void show_verbose_addsTheStackTrace() {
    assertThat(
            Cli.run("show", "--verbose", "--store", store, "019ac9d2-6f00-7000-8000-000000000001")
                .err())
        .contains("\tat " + ShowCommand.class.getName());
  }

  @Test
  void look_atNoStore_failsAndMakesNone() {
    Path none = parent.resolve("none");
    for (String command : List.of("list", "show")) {
      Cli.Ended look =
          command.equals("list")
              ? Cli.run("list", "--store", "file:" + none)
              : Cli.run("show", "--store", "file:" + none, failed.toString());

      assertThat(look.exitCode()).isEqualTo(1);
      assertThat(look.err())
          .isEqualTo("omniq " + command + ": there is no store: " + none + " does not exist\n");
    }
    assertThat(none).doesNotExist();
  }

  @Test
  void look_atADirectoryWithoutAJournal_failsAndLeavesItEmpty() throws Exception {
    Path empty = Files.createDirectory(parent.resolve("empty"));

    Cli.Ended list = Cli.run("list", "--store", "file:" + empty);

    assertThat(list.exitCode()).isEqualTo(1);
    assertThat(list.err()).contains("there is no store in " + empty);
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void damagedStore_isRefusedWithTheRemedy_andRepairSavesTheRest() throws Exception {
    Path manifest = directory.resolve("MANIFEST");
    Files.writeString(manifest, "nonsense\n");

    Cli.Ended list = Cli.fork(parent, "list", "--store", store);
    assertThat(list.exitCode()).isEqualTo(1);
    assertThat(list.err()).contains("omniq repair " + directory).hasLineCount(1);

    Cli.Ended repair = Cli.run("repair", directory.toString());
    assertThat(repair.exitCode()).as(repair.err()).isZero();
    assertThat(repair.lines())
        .anyMatch(line -> line.matches("Kept \\d+ lines of the journal, .* 1 live tasks\\."))
        .contains("Nothing was lost.", "The store as it was is in " + directory + ".damaged-1.");
    assertThat(Cli.run("list", "--store", store).lines()).hasSize(4);
  }

  @Test
  void repair_unreadableBytes_areNamed() throws Exception {
    Path segment = directory.resolve("journal-000001.jsonl");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);

    Cli.Ended repair = Cli.run("repair", directory.toString());

    assertThat(repair.exitCode()).as(repair.err()).isZero();
    assertThat(repair.lines())
        .anyMatch(
            line ->
                line.matches(
                    "Lost segment 1 from byte \\d+ to byte \\d+, which is not readable\\."))
        .doesNotContain("Nothing was lost.");
  }

  @Test
  void repair_json_isOneObject() {
    JsonNode report = Cli.json(Cli.run("repair", "--json", directory.toString()).out());

    assertThat(report.propertyNames())
        .containsExactly("lines", "live", "unfitting", "lost", "damaged");
    assertThat(report.get("live").asInt()).isEqualTo(1);
    assertThat(report.get("damaged").asString()).isEqualTo(directory + ".damaged-1");
  }

  @Test
  void repair_noStore_fails() {
    Path none = parent.resolve("none");

    Cli.Ended repair = Cli.run("repair", none.toString());

    assertThat(repair.exitCode()).isEqualTo(1);
    assertThat(repair.err())
        .isEqualTo("omniq repair: there is no store: " + none + " does not exist\n");
  }

  @Test
  void repair_storeInUse_isRefused() throws Exception {
    try (var channel =
            FileChannel.open(
                directory.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      Cli.Ended repair = Cli.fork(parent, "repair", directory.toString());

      assertThat(repair.exitCode()).isEqualTo(1);
      assertThat(repair.err())
          .isEqualTo(
              "omniq repair: "
                  + directory
                  + " is in use; end the programs that have the store open\n");
    }
    assertThat(Cli.run("list", "--store", store).lines()).hasSize(4);
  }
}
