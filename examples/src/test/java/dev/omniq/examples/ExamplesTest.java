package dev.omniq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the tutorials do what the tutorials say. */
class ExamplesTest {
  @TempDir Path directory;

  /** A program of a tutorial. */
  private interface Program {
    void main(String[] args) throws Exception;
  }

  @Test
  void quickstart_greets() throws Exception {
    assertThat(run(Quickstart::main, "file:" + directory)).containsExactly("Hello, Ada!");
  }

  @Test
  void scheduling_runsIntervalAndEtaInTheOrderInWhichTheyHappen() throws Exception {
    List<String> printed = run(SchedulingExample::main, directory.toString());

    assertThat(printed)
        .filteredOn(line -> line.startsWith("Processing item: "))
        .map(line -> line.substring("Processing item: ".length()))
        .startsWith("interval-item", "interval-item", "delayed-item", "interval-item");
    assertThat(printed.get(printed.size() - 1)).startsWith("Done!");
  }

  @Test
  void retries_tellsWhatBecameOfEachTask() throws Exception {
    assertThat(run(RetriesExample::main, "file:" + directory))
        .contains("order-17 confirmed at attempt 3")
        .anyMatch(line -> line.contains("FAILED: notes.txt is not a CSV file"))
        .anyMatch(line -> line.contains("TIMEOUT: timed out after PT0.3S"));
  }

  @Test
  void configuration_sendsBlockingAndAsynchronously() throws Exception {
    assertThat(run(ConfigurationExample::main, "file:" + directory))
        .contains(
            "sent to ada@example.org", "sent to grace@example.org", "sent to edsger@example.org");
  }

  private static List<String> run(Program program, String... args) throws Exception {
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.main(args);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
