package dev.omniq.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the command line: in this process, or as a process of its own. */
final class Cli {
  private Cli() {}

  /** How a command ended. */
  record Ended(int exitCode, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  /** A line of what is printed for programs. */
  static JsonNode json(String line) {
    return JsonMapper.shared().readTree(line);
  }

  static Ended run(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine commands = Main.commandLine(new PrintWriter(out), new PrintWriter(err));
    commands.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    int exitCode = commands.execute(args);
    return new Ended(exitCode, out.toString(), err.toString());
  }

  /** The words that start a process. */
  static List<String> command(String... args) {
    List<String> command = Rehearsal.java().command(Main.class);
    command.addAll(List.of(args));
    return command;
  }

  /** Starts a process that has this environment only, as far as this program is concerned. */
  static Process start(Path directory, List<String> environment, String... args)
      throws IOException {
    var process = new ProcessBuilder(command(args)).directory(directory.toFile());
    process.environment().keySet().removeIf(name -> name.startsWith("OMNIQ_"));
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      process.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return process.start();
  }

  static Ended fork(Path directory, String... args) throws Exception {
    return end(start(directory, List.of(), args));
  }

  /** Reads what a process prints until it ends. */
  static Ended end(Process process) throws Exception {
    CompletableFuture<String> err =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the process did not end");
    }
    return new Ended(process.exitValue(), out, err.get());
  }
}
