package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir Path directory;

  @Test
  void noCommand_showsTheUsage() {
    Cli.Ended ended = Cli.run();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Usage: omniq").contains("demo", "list", "show", "repair");
  }

  @TestFactory
  Stream<DynamicTest> help_hasExamples() {
    return Stream.of("demo", "list", "show", "repair")
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command,
                    () -> {
                      Cli.Ended help = Cli.run(command, "--help");
                      assertThat(help.exitCode()).isZero();
                      assertThat(help.out())
                          .contains("Usage: omniq " + command, "Example", "\n  omniq " + command);
                    }));
  }

  @Test
  void version_isTold() {
    assertThat(Cli.run("--version").out()).startsWith("omniq ");
  }

  /** What is wrong with the command line is said in one line, with a second one on help. */
  @TestFactory
  Stream<DynamicTest> wrongUse_isExplained() {
    return Stream.of(
            new Wrong("unknown store 'nowhere'", "list", "--store", "nowhere"),
            new Wrong("store 'file:' names no place", "list", "--store", "file:"),
            new Wrong("but was 'done'", "list", "--status", "done"),
            new Wrong("limit must be between 1 and 10000, but is 0", "list", "--limit", "0"),
            new Wrong("not a task id: 'x'", "list", "--after", "x"),
            new Wrong("not a task id: '17'", "show", "17"),
            new Wrong("Missing required parameter: 'ID'", "show"),
            new Wrong("Missing required parameter: 'DIR'", "repair"),
            new Wrong("Unknown option: '--colour'", "demo", "--colour"))
        .map(
            wrong ->
                DynamicTest.dynamicTest(
                    String.join(" ", wrong.args()),
                    () -> {
                      Cli.Ended ended = Cli.run(wrong.args());
                      String command = "omniq " + wrong.args()[0];
                      assertThat(ended.exitCode()).isEqualTo(2);
                      assertThat(ended.out()).isEmpty();
                      assertThat(ended.err()).hasLineCount(2);
                      assertThat(ended.err().lines().toList().get(0))
                          .startsWith(command + ": ")
                          .contains(wrong.message());
                      assertThat(ended.err()).endsWith("Try '" + command + " --help'.\n");
                    }));
  }

  private record Wrong(String message, String... args) {}

  @Test
  void storeFileThatIsMissing_failsAndIsNotMade() {
    Path file = directory.resolve("x.db");

    Cli.Ended ended = Cli.run("list", "--store", "sqlite:" + file);

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).contains("there is no store").hasLineCount(1);
    assertThat(file).doesNotExist();
  }

  @Test
  void directoryThatIsAFile_fails() throws Exception {
    Path file = java.nio.file.Files.writeString(directory.resolve("file"), "");

    Cli.Ended ended = Cli.run("demo", "--store", "file:" + file);

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).contains(file + " is a file").hasLineCount(1);
  }

  @Test
  void variables_areRespected() throws Exception {
    Cli.Ended ended = Cli.end(Cli.start(directory, List.of("OMNIQ_BASE_DIR=elsewhere"), "list"));

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).isEqualTo("omniq list: there is no store: elsewhere does not exist\n");
  }

  @Test
  void badVariable_isRefusedByItsName() throws Exception {
    Cli.Ended ended = Cli.end(Cli.start(directory, List.of("OMNIQ_LOG_MODE=LOUD"), "list"));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).startsWith("omniq list: OMNIQ_LOG_MODE is 'LOUD', but must be ");
  }
}
