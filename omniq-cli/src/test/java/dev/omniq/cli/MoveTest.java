package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code move} as people use it. */
class MoveTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  @TempDir Path parent;
  private String from;
  private String to;

  @BeforeEach
  void fill() {
    from = "file:" + parent.resolve("from");
    to = "file:" + parent.resolve("to");
    try (OmniQ omniq = OmniQ.open(from)) {
      omniq.enqueue(MAIL.with("ada"));
      omniq.enqueue(MAIL.with("nobody").maxRetries(0));
      try (Worker worker = omniq.worker().handleReturning(MAIL, MoveTest::send).build()) {
        worker.runDue();
      }
      omniq.enqueue(MAIL.with("later").delay(Duration.ofHours(1)).uniqueKey("later"));
      omniq.enqueue(MAIL.with("all").interval(Duration.ofHours(1)));
    }
  }

  private static String send(String to) {
    if (to.equals("nobody")) {
      throw new IllegalStateException("no such address");
    }
    return "sent to " + to;
  }

  private static List<Task> tasks(String url) {
    try (OmniQ omniq = OmniQ.open(url)) {
      var all = new ArrayList<Task>();
      Optional<TaskId> last = Optional.empty();
      TaskQuery query = TaskQuery.all().limit(1_000);
      for (List<Task> page = omniq.tasks(query);
          !page.isEmpty();
          page = omniq.tasks(query.after(last.orElseThrow()))) {
        all.addAll(page);
        last = Optional.of(page.get(page.size() - 1).id());
      }
      return all;
    }
  }

  private Cli.Ended move(String... more) {
    var arguments = new ArrayList<>(List.of("move", "--from", from, "--to", to));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private static ThrowingCallable enqueueIn(String url) {
    return () -> {
      try (OmniQ omniq = OmniQ.open(url)) {
        omniq.enqueue(MAIL.with("new"));
      }
    };
  }

  @Test
  void move_bringsEveryTaskAsItIs() {
    List<Task> before = tasks(from);

    Cli.Ended move = move();

    assertThat(move.exitCode()).as(move.err()).isZero();
    assertThat(move.lines())
        .contains("Copying  100 %  4 of 4 tasks", "Checking 100 %  4 of 4 tasks")
        .contains("4 tasks of " + from + " are in " + to + "; 4 of them were copied now.");
    assertThat(tasks(to)).isEqualTo(before).hasSize(4);
  }

  @Test
  void move_toSqliteAndBackToFiles_bringsEveryTaskAsItIs() {
    List<Task> before = tasks(from);
    to = "sqlite:" + parent.resolve("omniq.db");
    Cli.Ended there = move();
    from = to;
    to = "file:" + parent.resolve("back");
    Cli.Ended back = move();

    assertThat(there.exitCode()).as(there.err()).isZero();
    assertThat(back.exitCode()).as(back.err()).isZero();
    assertThat(tasks(to)).isEqualTo(before).hasSize(4);
    assertThatThrownBy(enqueueIn(from))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("moved to " + to);
  }

  @Test
  void move_fromNoSqliteFile_isRefusedAndMakesNone() {
    from = "sqlite:" + parent.resolve("mistyped.db");

    assertThat(move().err()).contains("there is no store");
    assertThat(parent.resolve("mistyped.db")).doesNotExist();
  }

  @Test
  void source_isClosedAfterwardsAndSaysWhereTheTasksAre() {
    move();

    assertThatThrownBy(enqueueIn(from))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("moved to " + to);
    assertThat(Cli.run("list", "--store", from).lines()).hasSize(5);
  }

  @Test
  void move_again_saysThatItIsDone() {
    move();

    Cli.Ended again = move("--json");

    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.lines()).hasSize(1);
    JsonNode json = Cli.json(again.out());
    assertThat(json.get("state").asString()).isEqualTo("moved");
    assertThat(json.get("tasks").asInt()).isEqualTo(4);
    assertThat(json.get("copied").asInt()).isZero();
  }

  @Test
  void abort_afterTheEnd_isRefused() {
    move();

    Cli.Ended abort = move("--abort");

    assertThat(abort.exitCode()).isEqualTo(1);
    assertThat(abort.err()).contains("complete").doesNotContain("\tat ");
  }

  @Test
  void abort_ofAMoveThatCannotGoOn_freesBothStores() throws Throwable {
    try (OmniQ omniq = OmniQ.open(to)) {
      omniq.enqueue(MAIL.with("mine").delay(Duration.ofHours(1)).uniqueKey("later"));
    }
    Cli.Ended refused = move();
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("unique key 'later'").contains("undo");

    Cli.Ended abort = move("--abort");

    assertThat(abort.exitCode()).as(abort.err()).isZero();
    assertThat(tasks(to)).extracting(Task::arguments).containsExactly("[\"mine\"]");
    enqueueIn(from).call();
    assertThat(tasks(from)).hasSize(5);
  }

  @Test
  void move_intoItself_isRefusedAndHarmless() throws Throwable {
    to = from + "/../from";

    Cli.Ended move = move();

    assertThat(move.exitCode()).isEqualTo(1);
    assertThat(move.err()).contains("one store");
    enqueueIn(from).call();
  }

  @Test
  void move_fromNoStore_isRefusedAndMakesNone() {
    from = "file:" + parent.resolve("mistyped");

    Cli.Ended move = move();

    assertThat(move.exitCode()).isEqualTo(1);
    assertThat(move.err()).contains("there is no store");
    assertThat(parent.resolve("mistyped")).doesNotExist();
    assertThat(parent.resolve("to")).doesNotExist();
  }

  @Test
  void move_withoutBothStores_isAnErrorOfTheCommandLine() {
    assertThat(Cli.run("move", "--from", from).exitCode()).isEqualTo(2);
    assertThat(Cli.run("move", "--from", from, "--to", "memory:").exitCode()).isEqualTo(2);
    assertThat(Cli.run("move", "--from", from, "--to", "redis:x").err()).contains("--to");
  }

  @Test
  void progress_onATerminal_isABarOnOneLine() {
    var text = new StringWriter();
    try (var progress = new ProgressBar(new PrintWriter(text), false, true)) {
      progress.at("Copying ", 0, 10, "tasks");
      progress.at("Copying ", 5, 10, "tasks");
      progress.at("Copying ", 10, 10, "tasks");
    }

    assertThat(text.toString().split("\r", -1)).hasSize(4);
    assertThat(text.toString()).contains("█".repeat(15) + "░".repeat(15) + "  Copying   50 %");
    assertThat(text.toString().split("\n", -1)).hasSize(2);
  }

  // ---- real processes ----

  @Test
  void move_ofAStoreThatAWorkerServes_takesItsRunningTaskAlong() throws Exception {
    var begun = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    try (OmniQ omniq = OmniQ.open(from)) {
      TaskId running = omniq.enqueue(MAIL.with("slow"));
      Worker worker =
          omniq
              .worker()
              .lease(Duration.ofSeconds(3))
              .shutdownTimeout(Duration.ofSeconds(2))
              .handle(
                  MAIL,
                  to -> {
                    begun.countDown();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                    }
                  })
              .start();
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      Cli.Ended move = Cli.fork(parent, "move", "--from", from, "--to", to);

      assertThat(move.exitCode()).as(move.err()).isZero();
      assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(tasks(to))
          .filteredOn(task -> task.id().equals(running))
          .singleElement()
          .satisfies(task -> assertThat(task.status()).isEqualTo(TaskStatus.PENDING))
          .satisfies(task -> assertThat(task.attempt()).isZero());
      assertThatThrownBy(() -> omniq.enqueue(MAIL.with("new")))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("moved to " + to);
      worker.close();
    }
  }

  @Test
  void move_killedInTheMiddle_isFinishedByTheSameCommand() throws Exception {
    killAndFinish();
  }

  @Test
  void move_toSqliteKilledInTheMiddle_isFinishedByTheSameCommand() throws Exception {
    to = "sqlite:" + parent.resolve("omniq.db");
    killAndFinish();
  }

  private void killAndFinish() throws Exception {
    fillMany(from);
    List<Task> before = tasks(from);
    for (int lines = 1; lines <= 7; lines += 2) {
      kill(Cli.start(parent, List.of(), "move", "--from", from, "--to", to), lines);
    }

    Cli.Ended move = Cli.fork(parent, "move", "--from", from, "--to", to);

    assertThat(move.exitCode()).as(move.err()).isZero();
    List<Task> after = tasks(to);
    assertThat(after).isEqualTo(before);
    assertThat(after).filteredOn(task -> task.status() == TaskStatus.SUCCESS).hasSize(1);
  }

  @Test
  void move_killedInTheMiddle_isUndoneByAbort() throws Exception {
    fillMany(from);
    kill(Cli.start(parent, List.of(), "move", "--from", from, "--to", to), 4);

    Cli.Ended abort = Cli.fork(parent, "move", "--from", from, "--to", to, "--abort");

    if (abort.exitCode() == 0) { // unless it was complete before it was killed
      assertThat(tasks(to)).isEmpty();
      assertThat(tasks(from)).hasSize(MANY + 4);
    } else {
      assertThat(abort.err()).contains("complete");
      assertThat(tasks(to)).hasSize(MANY + 4);
    }
  }

  private static final int MANY = 20_000;

  private static void fillMany(String url) {
    try (OmniQ omniq = OmniQ.open(url)) {
      omniq.enqueueAll(IntStream.range(0, MANY).mapToObj(n -> MAIL.with("reader " + n)).toList());
    }
  }

  /** Kills a process after it has printed so many lines. */
  private static void kill(Process process, int lines) throws Exception {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (int n = 0; n < lines && out.readLine() != null; n++) {
        // the next one
      }
    }
    process.destroyForcibly().waitFor();
  }
}
