package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private static final Map<String, CommandLine> COMMANDS =
      Main.commandLine(new PrintWriter(System.out), new PrintWriter(System.err)).getSubcommands();

  @TempDir Path directory;

  @Test
  void noCommand_showsTheUsage() {
    Cli.Ended ended = Cli.run();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Usage: omniq").contains("demo", "list", "show", "repair");
  }

  @TestFactory
  Stream<DynamicTest> help_hasExamples() {
    return COMMANDS.keySet().stream()
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

  /** All but that which prints a script for a shell. */
  @TestFactory
  Stream<DynamicTest> json_isOfferedByEachCommand() {
    return COMMANDS.entrySet().stream()
        .filter(command -> !command.getKey().equals("completion"))
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getKey(),
                    () ->
                        assertThat(command.getValue().getCommandSpec().findOption("--json"))
                            .isNotNull()));
  }

  /** The page that people look things up in names every command and every option. */
  @TestFactory
  Stream<DynamicTest> reference_namesEachCommandAndOption() throws IOException {
    String page = Files.readString(Path.of("../docs/reference/command-line.md"));
    return COMMANDS.entrySet().stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getKey(),
                    () -> {
                      assertThat(page).containsPattern("`(omniq )?" + command.getKey() + "[ `]");
                      assertThat(command.getValue().getCommandSpec().options())
                          .map(option -> option.longestName())
                          .filteredOn(name -> !List.of("--help", "--version").contains(name))
                          .allSatisfy(name -> assertThat(page).containsPattern(name + "[ `=]"));
                    }));
  }

  @Test
  void version_isTold() {
    assertThat(Cli.run("--version").out()).startsWith("omniq ");
  }

  @Test
  void completion_completesCommandsAndOptions_inBash() throws Exception {
    Path script = Files.writeString(directory.resolve("omniq.bash"), Cli.run("completion").out());

    assertThat(completed(script, "omniq", "do")).containsExactly("doctor");
    assertThat(completed(script, "omniq", "run")).containsExactly("run-now");
    assertThat(completed(script, "omniq", "list", "--sta")).containsExactly("--status");
  }

  private static List<String> completed(Path script, String... words) throws Exception {
    String ask =
        "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_omniq; echo \"${COMPREPLY[@]}\""
            .formatted(script, String.join(" ", words), words.length - 1);
    Process bash =
        new ProcessBuilder("bash", "-c", ask)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return List.of(said.strip().split("\\s+"));
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
    Path file = Files.writeString(directory.resolve("file"), "");

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
