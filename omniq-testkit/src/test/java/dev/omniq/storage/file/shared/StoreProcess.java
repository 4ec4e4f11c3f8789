package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Another process that runs a {@link StoreProgram}; it is killed at the end, if not before. */
final class StoreProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final PrintWriter input;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private int read;

  private StoreProcess(Path directory, Duration patience) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProgram.class.getName(),
                directory.toString(),
                Long.toString(patience.toMillis()))
            .redirectErrorStream(true)
            .start();
    input = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    var reader = new Thread(this::listen, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a process; returns when it has opened the store. */
  static StoreProcess start(Path directory) throws IOException {
    return start(directory, Duration.ofSeconds(30));
  }

  static StoreProcess start(Path directory, Duration patience) throws IOException {
    var process = new StoreProcess(directory, patience);
    process.await("ready"::equals);
    return process;
  }

  private void listen() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("unreadable " + e);
    } finally {
      add("ended");
    }
  }

  private synchronized void add(String line) {
    output.add(line);
    notifyAll();
  }

  long pid() {
    return process.pid();
  }

  /** All that it has printed. */
  List<String> output() {
    return List.copyOf(output);
  }

  void tell(String line) {
    input.println(line);
  }

  /** Tells it a line and returns its answer, without the word that it begins with. */
  String ask(String line, String answer) {
    tell(line);
    return await(said -> said.startsWith(answer)).substring(answer.length()).strip();
  }

  /** The next line that meets a condition. */
  synchronized String await(Predicate<String> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      while (read < output.size()) {
        String line = output.get(read++);
        if (condition.test(line)) {
          return line;
        }
        if (line.equals("ended")) {
          fail("the process has ended; it printed %s", tail());
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        fail("nothing like that was printed, but %s", tail());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private List<String> tail() {
    return output.subList(Math.max(0, output.size() - 20), output.size());
  }

  /** Waits until it has settled so many more tasks. */
  void awaitSettled(int more) {
    for (int i = 0; i < more; i++) {
      await(line -> line.startsWith("="));
    }
  }

  /** Ends it in good order. */
  void finish() throws InterruptedException {
    tell("close");
    await("closed"::equals);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  /** Sends it a signal that it cannot catch. */
  void signal(String name) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    assertThat(code).isZero();
  }

  /** Kills it; returns when it is dead and all that it printed was read. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    synchronized (this) {
      while (!output.get(output.size() - 1).equals("ended")) {
        wait(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
