package dev.omniq.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command line on a terminal, which the program {@code script} of util-linux lends. */
final class Pty implements AutoCloseable {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final char CTRL_C = 3;

  private final Process process;
  private static final String IGNORED = "SigIgn:";
  private static final long SIGINT = 1L << (2 - 1);

  private final Reader screen;
  private final StringBuilder seen = new StringBuilder();

  private Pty(Process process) {
    this.process = process;
    this.screen = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
  }

  /**
   * On other systems a program of this name takes other options. A build that a shell has started
   * in the background may have been told to ignore Ctrl-C, and so are the processes that it starts.
   */
  static boolean isPossible() throws IOException {
    return System.getProperty("os.name").equals("Linux")
        && Files.isExecutable(SCRIPT)
        && Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith(IGNORED))
            .noneMatch(line -> (bits(line.substring(IGNORED.length())) & SIGINT) != 0);
  }

  private static long bits(String hex) {
    return Long.parseUnsignedLong(hex.strip(), 16);
  }

  /** Starts a command, in an environment that says nothing of colours but this. */
  static Pty start(Path directory, Map<String, String> environment, String... args)
      throws IOException {
    String command =
        Cli.command(args).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    var builder =
        new ProcessBuilder(List.of(SCRIPT.toString(), "-qefc", "exec " + command, "/dev/null"))
            .directory(directory.toFile())
            .redirectErrorStream(true);
    return start(builder, environment);
  }

  /** The same without a terminal: what comes of a pipe, errors too. */
  static Pty pipe(Path directory, String... args) throws IOException {
    return start(
        new ProcessBuilder(Cli.command(args))
            .directory(directory.toFile())
            .redirectErrorStream(true),
        Map.of());
  }

  private static Pty start(ProcessBuilder builder, Map<String, String> environment)
      throws IOException {
    builder.environment().keySet().removeIf(name -> name.matches("OMNIQ_.*|.*COLOR.*"));
    builder.environment().put("TERM", "xterm-256color");
    builder.environment().putAll(environment);
    return new Pty(builder.start());
  }

  void type(String text) throws IOException {
    OutputStream keys = process.getOutputStream();
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  void ctrlC() throws IOException {
    type(String.valueOf(CTRL_C));
  }

  /** Reads until a text is on the screen. */
  void await(String text) throws IOException {
    while (seen.indexOf(text) < 0) {
      int next = screen.read();
      if (next < 0) {
        throw new AssertionError("'" + text + "' does not come; there is: " + seen);
      }
      seen.append((char) next);
    }
  }

  /** SIGTERM. */
  void terminate() {
    process.toHandle().destroy();
  }

  boolean isQuiet() throws IOException {
    return !screen.ready();
  }

  /** What was read so far. */
  String seen() {
    return seen.toString();
  }

  /** All that was on the screen, when the command has ended. */
  String screen() throws IOException {
    for (int next = screen.read(); next >= 0; next = screen.read()) {
      seen.append((char) next);
    }
    return seen.toString();
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
