package dev.omniq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** The same program, each time as a process of its own; only the URL differs. */
  @Test
  void scheduling_runsIntervalAndEta_onEveryStore() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
      List<String> urls =
          List.of(
              "file:" + directory.resolve("store"),
              "sqlite:" + directory.resolve("store.db"),
              server.getJdbcUrl("postgres", "postgres"));
      List<Process> programs = new ArrayList<>();
      for (String url : urls) {
        programs.add(start(SchedulingExample.class, url));
      }
      for (int i = 0; i < urls.size(); i++) {
        List<String> printed = printed(programs.get(i));
        assertThat(printed)
            .as(urls.get(i))
            .filteredOn(line -> line.startsWith("Processing item: "))
            .map(line -> line.substring("Processing item: ".length()))
            .startsWith("interval-item") // due after two seconds, the other after five
            .containsOnlyOnce("delayed-item")
            .hasSizeGreaterThan(2);
        assertThat(printed).as(urls.get(i)).last().asString().startsWith("Done!");
      }
    }
  }

  private static Process start(Class<?> program, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static List<String> printed(Process program) throws IOException {
    try (var reader = program.inputReader(StandardCharsets.UTF_8)) {
      return reader.lines().filter(line -> !line.matches("\\d\\d:.*")).toList();
    }
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

  @Test
  void dashboard_showsTheTasksOfTheProgram_untilEnter() throws Exception {
    Process program = start(DashboardExample.class, "file:" + directory, "0");
    try (var lines = program.inputReader(StandardCharsets.UTF_8)) {
      String first = lines.readLine();
      URI uri = URI.create(first.substring(first.indexOf("http://")));
      String tasks =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri.resolve("api/tasks")).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();

      assertThat(tasks).contains("#importCatalogue", "#chargeCard", "#cleanUp");
      program.getOutputStream().write('\n');
      program.getOutputStream().flush();
      assertThat(program.waitFor()).isZero();
    } finally {
      program.destroyForcibly();
    }
  }

  @Test
  void monitoring_tellsOutcomesDepthAndTroubles() throws Exception {
    assertThat(run(MonitoringExample::main, "file:" + directory))
        .contains("success: 2", "failed: 1", "waiting: 1")
        .anyMatch(line -> line.startsWith("FAILURES: "))
        .anyMatch(line -> line.matches("lateness: at most .* ms"));
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
