package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people see and press. */
@Timeout(60)
class TerminalTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);
  private static final int MANY = 2_000;

  @TempDir Path directory;
  private String store;

  @BeforeEach
  void fill() throws IOException {
    assumeTrue(
        Pty.isPossible(),
        "there is no /usr/bin/script of util-linux to make a terminal, or Ctrl-C is ignored");
    store = "file:" + directory.resolve("store");
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueueAll(Collections.nCopies(MANY, MAIL.with("ada")));
    }
  }

  private Pty start(String command, String... more) throws Exception {
    return start(Map.of(), command, more);
  }

  private Pty start(Map<String, String> environment, String command, String... more)
      throws Exception {
    String[] args = new String[more.length + 3];
    args[0] = command;
    args[1] = "--store";
    args[2] = store;
    System.arraycopy(more, 0, args, 3, more.length);
    return Pty.start(directory, environment, args);
  }

  @Test
  void colours_areForTerminalsOnly_andNotWithNoColor() throws Exception {
    try (Pty coloured = start("list", "--limit=1");
        Pty plain = start(Map.of("NO_COLOR", "1"), "list", "--limit=1")) {
      assertThat(coloured.screen()).contains("\u001b[33mPENDING\u001b[39m");
      assertThat(coloured.exitCode()).isZero();
      assertThat(plain.screen()).contains("PENDING").doesNotContain("\u001b");
    }
    assertThat(Cli.fork(directory, "list", "--store", store, "--limit=1").out())
        .contains("PENDING")
        .doesNotContain("\u001b");
  }

  @Test
  void question_isAskedOnTheTerminal_andABarShowsHowFarItIs() throws Exception {
    try (Pty cancel = start("cancel", "--status=pending")) {
      cancel.await("Cancel 2,000 tasks? [y/N] ");
      cancel.type("y\n");

      assertThat(cancel.screen())
          .contains("\r" + "█".repeat(15) + "░".repeat(15) + "  Cancel  50 %  1,000 of 2,000 tasks")
          .endsWith("Cancel 100 %  2,000 of 2,000 tasks\u001b[K\r\n2,000 of 2,000 tasks done.\r\n");
      assertThat(cancel.exitCode()).isZero();
    }
  }

  @Test
  void no_isAnAnswer() throws Exception {
    try (Pty purge = start("delete", "--status=pending")) {
      purge.await("[y/N] ");
      purge.type("n\n");

      assertThat(purge.screen()).endsWith("Nothing was changed; --yes skips the question.\r\n");
      assertThat(purge.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void ctrlC_endsAWorkerInOrder() throws Exception {
    Path jar = TaskJar.make(directory);
    Cli.run("enqueue", "--store", store, "shop.Mail#hang", "--queue=slow");
    try (Pty worker =
        start("worker", "--classpath=" + jar, "--queue=slow", "--shutdown-timeout=PT0.1S")) {
      worker.await("until Ctrl-C.");
      awaitRunning();
      worker.ctrlC();

      assertThat(worker.screen()).endsWith("0 executions, 1 tasks given back.\r\n");
      assertThat(worker.exitCode()).isEqualTo(130);
    }
    try (OmniQ omniq = OmniQ.open(store)) {
      assertThat(omniq.tasks(TaskQuery.all().status(TaskStatus.RUNNING))).isEmpty();
    }
  }

  private void awaitRunning() {
    try (OmniQ omniq = OmniQ.open(store)) {
      while (omniq.tasks(TaskQuery.all().status(TaskStatus.RUNNING)).isEmpty()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void ctrlC_endsATail() throws Exception {
    try (Pty tail = start("tail", "--name=later")) {
      // It may still be on its way to the end of the past when the first of them comes.
      while (tail.isQuiet()) {
        Cli.run("enqueue", "--store", store, "later");
      }
      tail.await("\u001b[33mPENDING  \u001b[39m  later");
      tail.ctrlC();

      tail.screen();
      assertThat(tail.exitCode()).isEqualTo(130);
    }
  }

  @Test
  void troubles_areRed() throws Exception {
    try (Pty doctor = start("doctor", "--min-free=100%")) {
      assertThat(doctor.screen()).contains("\u001b[31mDISK LOW\u001b[39m: ");
      assertThat(doctor.exitCode()).isEqualTo(1);
    }
  }
}
