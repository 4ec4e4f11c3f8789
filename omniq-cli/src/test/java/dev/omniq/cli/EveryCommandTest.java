package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A day of every command as a process, on every store, in a pipe and on a terminal. What each of
 * them does is looked at more closely elsewhere, without the start of a process for each look.
 */
@ParameterizedClass
@CsvSource({
  "file:, false", "sqlite:, false", "jdbc:postgresql:, false",
  "file:, true", "sqlite:, true", "jdbc:postgresql:, true"
})
@Timeout(600)
class EveryCommandTest {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*[mK]");

  private static EmbeddedPostgres server;
  private static int schemas;

  @TempDir Path directory;
  private final String scheme;
  private final boolean terminal;
  private String store;
  private boolean coloured;

  EveryCommandTest(String scheme, boolean terminal) {
    this.scheme = scheme;
    this.terminal = terminal;
  }

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void chooseStore() throws IOException {
    assumeTrue(
        !terminal || Pty.isPossible(),
        "there is no /usr/bin/script of util-linux to make a terminal");
    store =
        scheme.startsWith("jdbc:")
            ? server.getJdbcUrl("postgres", "postgres") + "&omniq.schema=every_" + ++schemas
            : scheme + directory.resolve("store");
  }

  // ---- commands ----

  private Pty start(String... args) throws IOException {
    return terminal ? Pty.start(directory, Map.of(), args) : Pty.pipe(directory, args);
  }

  private Pty startHere(String command, String... args) throws IOException {
    var all = new ArrayList<>(List.of(command, "--store", store));
    all.addAll(List.of(args));
    return start(all.toArray(String[]::new));
  }

  /** What was on the screen, without its colours. */
  private String ended(Pty command, int exitCode) throws Exception {
    String screen = command.screen();
    assertThat(command.exitCode()).as(screen).isEqualTo(exitCode);
    coloured |= COLOUR.matcher(screen).find();
    return COLOUR.matcher(screen).replaceAll("").replace("\r", "");
  }

  private String run(int exitCode, String command, String... args) throws Exception {
    try (Pty running = startHere(command, args)) {
      return ended(running, exitCode);
    }
  }

  /** Ctrl-C on a terminal, and otherwise what a supervisor sends. */
  private String stopped(Pty command) throws Exception {
    if (terminal) {
      command.ctrlC();
    } else {
      command.terminate();
    }
    return ended(command, terminal ? 130 : 143);
  }

  /** A change of all that match, with yes for an answer. */
  private String confirmed(String question, String command, String... args) throws Exception {
    try (Pty running = startHere(command, args)) {
      running.await(question + "? [y/N] ");
      running.type("y\n");
      return ended(running, 0);
    }
  }

  private static String id(String screen) {
    Matcher matcher = ID.matcher(screen);
    assertThat(matcher.find()).as(screen).isTrue();
    return matcher.group();
  }

  // ---- the day ----

  @Test
  void everyCommand_doesItsWork() throws Exception {
    assertThat(run(0, "demo", "--seconds=3")).contains("Processing item: interval-item", "Done!");

    Path jar = TaskJar.make(directory);
    String sent = id(run(0, "enqueue", "shop.Mail#send", "\"ada\"", "--priority=9"));
    String failed =
        id(run(0, "enqueue", "shop.Mail#send", "\"nobody\"", "--max-retries=0", "--label=a=b"));
    try (Pty worker = startHere("worker", "--classpath=" + jar)) {
      worker.await("sending to nobody");
      assertThat(stopped(worker)).contains("2 executions");
    }

    look(sent, failed);
    change(failed);
    lookAfter();
    move();
    assertThat(coloured).as("colours").isEqualTo(terminal);
  }

  private void look(String sent, String failed) throws Exception {
    assertThat(run(0, "list", "--name=shop.Mail#send").lines())
        .filteredOn(line -> line.contains("SUCCESS") || line.contains("FAILED"))
        .map(EveryCommandTest::id)
        .containsExactly(failed, sent);
    assertThat(run(0, "show", failed)).contains("status     FAILED", "no such address");
    assertThat(run(0, "stats")).containsPattern("default +\\d");
    assertThat(run(0, "workers")).contains("WORKER");
    run(0, "tail", "--no-follow");
    assertThat(run(1, "doctor", "--min-free=100%", "--max-lateness=PT1H"))
        .contains("FAILURES: ", "found in");
    assertThat(run(2, "list", "--status=lost")).contains("but was 'lost'");
    assertThat(run(1, "show", "019ac9d2-6f00-7000-8000-000000000001")).contains("there is no task");
  }

  private void change(String failed) throws Exception {
    assertThat(run(0, "retry", failed)).contains(failed + "  retried");
    assertThat(run(1, "retry", failed)).contains("only a finished task can be retried");
    assertThat(confirmed("Run 1 task", "run-now", "--label=a=b")).contains("1 of 1 task done.");
    assertThat(confirmed("Cancel 1 task", "cancel", "--label=a=b")).contains("1 of 1 task done.");
    assertThat(confirmed("Delete 1 task", "delete", "--label=a=b")).contains("1 of 1 task done.");
    assertThat(run(0, "purge", "--keep-success=PT0S", "--yes")).contains("removed.");
    assertThat(run(0, "bench", "--tasks=50", "--force")).contains("enqueue, one after the other");
  }

  private void lookAfter() throws Exception {
    boolean postgres = scheme.startsWith("jdbc:");
    assertThat(run(postgres ? 0 : 2, "migrations"))
        .contains(postgres ? "CREATE TABLE" : "makes what it needs by itself");
    try (Pty completion = start("completion")) {
      assertThat(ended(completion, 0)).contains("complete -F");
    }
    boolean file = scheme.equals("file:");
    try (Pty repair = start("repair", directory.resolve(file ? "store" : "none").toString())) {
      assertThat(ended(repair, file ? 0 : 1)).contains(file ? "Nothing was lost." : "no store");
    }
    try (Pty dashboard = startHere("dashboard", "--port=0")) {
      dashboard.await("Ctrl-C ends it.");
      String said = dashboard.seen();
      URI uri = URI.create(said.substring(said.indexOf("http://"), said.indexOf(";")));
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri.resolve("api/queues")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).contains("\"queue\":\"default\"");
      stopped(dashboard);
    }
  }

  private void move() throws Exception {
    String to = (scheme.equals("file:") ? "sqlite:" : "file:") + directory.resolve("moved");
    try (Pty move = start("move", "--from", store, "--to", to)) {
      ended(move, 0);
    }
    try (Pty list = start("list", "--store", to)) {
      assertThat(ended(list, 0)).contains("DemoItems#processItem");
    }
  }
}
