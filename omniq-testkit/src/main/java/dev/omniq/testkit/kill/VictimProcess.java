package dev.omniq.testkit.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.TaskId;
import dev.omniq.testkit.QuickJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process on the store under test, and what it wrote. */
final class VictimProcess {
  private final Process process;
  private final Path log;
  private final Path output;

  private VictimProcess(Process process, Path log, Path output) {
    this.process = process;
    this.log = log;
    this.output = output;
  }

  /**
   * Starts one, with the words of a JVM; its main class is given the URL, the log, and the rest.
   */
  static VictimProcess start(List<String> java, String url, Path log, String... rest)
      throws IOException {
    Path output = log.resolveSibling(log.getFileName() + ".out");
    List<String> command = new ArrayList<>(java);
    command.addAll(List.of(url, log.toString()));
    command.addAll(List.of(rest));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new VictimProcess(process, log, output);
  }

  /** What starts them; it keeps its files in a directory. */
  static QuickJava java(Path directory) {
    return new QuickJava(directory, "-Xmx256m");
  }

  Path log() {
    return log;
  }

  List<VictimLog.Line> lines() throws IOException {
    return VictimLog.read(log);
  }

  boolean wrote(String what) throws IOException {
    return lines().stream().anyMatch(line -> line.is(what));
  }

  boolean wrote(String what, TaskId task) throws IOException {
    return lines().stream().anyMatch(line -> line.is(what, task));
  }

  /** Lets time pass, in which it must not end by itself. */
  void live(Duration time) throws InterruptedException {
    boolean ended = process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    assertThat(ended).as(() -> "ended by itself: " + output()).isFalse();
  }

  void awaitReady() throws IOException, InterruptedException {
    while (!wrote("ready")) {
      live(Duration.ofMillis(10));
    }
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end, which it does when all that it holds is settled. */
  void end() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ends when asked to").isTrue();
  }

  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    String command = "kill -" + name + " " + process.pid();
    int exit = new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
    assertThat(exit).as(command).isZero();
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
