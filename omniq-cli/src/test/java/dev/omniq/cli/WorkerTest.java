package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code worker} as a process that has a user's jar, on each store. */
@ParameterizedClass
@ValueSource(strings = {"file:", "sqlite:", "jdbc:postgresql:"})
@Timeout(60)
class WorkerTest {
  @TempDir static Path shared;
  private static Path jar;
  private static EmbeddedPostgres server;
  private static int schemas;

  @TempDir Path directory;
  private final String store;
  private final List<Process> started = new ArrayList<>();

  WorkerTest(String scheme) {
    String name = "worker_" + ++schemas;
    store =
        scheme.startsWith("jdbc:")
            ? server.getJdbcUrl("postgres", "postgres") + "&omniq.schema=" + name
            : scheme + shared.resolve(name);
  }

  @BeforeAll
  static void make() throws IOException {
    jar = TaskJar.make(shared);
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private Process worker(String... options) throws IOException {
    var all = new ArrayList<>(List.of("worker", "--store", store, "--classpath", jar.toString()));
    all.addAll(List.of(options));
    Process worker = Cli.start(directory, List.of(), all.toArray(String[]::new));
    started.add(worker);
    return worker;
  }

  private static BufferedReader out(Process worker) {
    return new BufferedReader(
        new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8));
  }

  private TaskId enqueue(String name, String... more) {
    var all = new ArrayList<>(List.of("enqueue", "--store", store, name));
    all.addAll(List.of(more));
    Cli.Ended ended = Cli.run(all.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return TaskId.parse(ended.lines().get(0).substring(0, 36));
  }

  private Task stored(TaskId id) {
    try (OmniQ omniq = OmniQ.open(store)) {
      return omniq.task(id).orElseThrow();
    }
  }

  @Test
  void tasksOfAJar_runUntilTheSignal_withALineOfJsonForEach() throws Exception {
    OmniQ.open(store).close();
    TaskId sent = enqueue("shop.Mail#send", "\"ada\"");
    TaskId failed = enqueue("shop.Mail#send", "\"nobody\"", "--max-retries=0", "--delay=PT0.1S");
    TaskId other = enqueue("shop.Mail#send", "\"bob\"", "--queue=news");

    Process worker = worker("--json", "--concurrency=1");
    BufferedReader out = out(worker);
    JsonNode first = Cli.json(out.readLine());
    JsonNode second = Cli.json(out.readLine());
    worker.toHandle().destroy();

    assertThat(worker.waitFor()).isEqualTo(143);
    assertThat(out.lines()).isEmpty();
    assertThat(first.get("id").asString()).isEqualTo(sent.toString());
    assertThat(first.get("status").asString()).isEqualTo("SUCCESS");
    assertThat(first.propertyNames())
        .containsExactly("at", "id", "name", "status", "attempt", "took_ms");
    assertThat(second.get("id").asString()).isEqualTo(failed.toString());
    assertThat(second.get("error").asString()).isEqualTo("no such address");
    assertThat(new String(worker.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("sending to ada");
    assertThat(stored(sent).state().result()).contains("\"sent to ada\"");
    assertThat(stored(other).status()).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void instanceMethods_haveOneObject_andPeopleReadWhatRan() throws Exception {
    OmniQ.open(store).close();
    List<TaskId> ids = List.of(enqueue("shop.Mail#count"), enqueue("shop.Mail#count"));
    TaskId context = enqueue("shop.Mail#isInContext");

    Process worker = worker("--tasks=shop.Mail", "--queue=default=1", "--queue=news");
    BufferedReader out = out(worker);
    List<String> lines = new ArrayList<>();
    while (lines.stream().filter(line -> line.contains(" SUCCESS ")).count() < 3) {
      lines.add(out.readLine());
    }
    worker.toHandle().destroy();

    assertThat(worker.waitFor()).isEqualTo(143);
    assertThat(out.lines())
        .containsExactly("Stopping...", "Stopped in order: 3 executions, 0 tasks given back.");
    assertThat(lines.get(0)).contains(" takes from queues ", "default", "news").endsWith(" runs");
    assertThat(lines.subList(1, 7))
        .containsExactly(
            "  shop.Mail#count",
            "  shop.Mail#crash",
            "  shop.Mail#hang",
            "  shop.Mail#isInContext",
            "  shop.Mail#send",
            "until Ctrl-C.");
    assertThat(ids.stream().map(id -> stored(id).state().result().orElseThrow()))
        .containsExactlyInAnyOrder("1", "2");
    assertThat(stored(context).state().result()).contains("true");
  }

  @Test
  void signalWhileATaskRuns_givesItBack() throws Exception {
    OmniQ.open(store).close();
    TaskId id = enqueue("shop.Mail#hang");
    Process worker = worker("--shutdown-timeout=PT0.1S");
    awaitRunning(id);

    worker.toHandle().destroy();

    assertThat(worker.waitFor()).isEqualTo(143);
    assertThat(out(worker).lines()).last().asString().endsWith("1 tasks given back.");
    assertThat(stored(id).status()).isEqualTo(TaskStatus.PENDING);
    assertThat(stored(id).attempt()).isZero();
  }

  private void awaitRunning(TaskId id) {
    try (OmniQ omniq = OmniQ.open(store)) {
      while (omniq.tasks(TaskQuery.all().status(TaskStatus.RUNNING)).isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(omniq.task(id)).map(Task::status).contains(TaskStatus.RUNNING);
    }
  }

  // ---- with doctor ----

  private JsonNode trouble(String... options) {
    var all = new ArrayList<>(List.of("doctor", "--store", store, "--json", "--min-free=0%"));
    all.addAll(List.of(options));
    Cli.Ended doctor = Cli.run(all.toArray(String[]::new));
    assertThat(doctor.lines()).as(doctor.err()).hasSize(1);
    return Cli.json(doctor.out());
  }

  @Test
  void workerThatIsKilledWhileItRunsATask_isFoundByDoctor() throws Exception {
    try (OmniQ omniq = OmniQ.open(store)) {
      TaskId id = enqueue("shop.Mail#hang");
      Process worker = worker();
      awaitRunning(id);
      worker.destroyForcibly().waitFor();

      while (Cli.run("doctor", "--store", store, "--max-silence=PT0.5S").exitCode() == 0) {
        Thread.onSpinWait();
      }

      JsonNode found = trouble("--max-silence=PT0.5S");
      assertThat(found.get("trouble").asString()).isEqualTo("WORKER_LOST");
      assertThat(found.get("what").asString()).contains("-" + worker.pid() + "-", "holds 1 task ");
      assertThat(found.get("remedy").asString()).contains("start a worker");
      assertThat(omniq.workers()).hasSize(1);
    }
  }

  @Test
  void taskThatTakesItsWorkersDown_isPutAside_andFoundByDoctor() throws Exception {
    OmniQ.open(store).close();
    TaskId id = enqueue("shop.Mail#crash");
    for (int loss = 1; loss <= 3; loss++) {
      assertThat(worker("--lease=PT1S").waitFor()).isEqualTo(9);
    }
    Process last = worker("--lease=PT1S", "--json");
    assertThat(Cli.json(out(last).readLine()).get("status").asString()).isEqualTo("FAILED");
    last.toHandle().destroy();
    assertThat(last.waitFor()).isEqualTo(143);

    JsonNode found = trouble();
    assertThat(found.get("trouble").asString()).isEqualTo("QUARANTINED");
    assertThat(found.get("remedy").asString()).contains("omniq retry " + id);
  }

  // ---- wrong use ----

  @Test
  void whatIsMissing_isSaid() throws Exception {
    assertRefused("--classpath=none.jar", "the class path names none.jar, which does not exist");
    Path text = Files.writeString(directory.resolve("text.jar"), "no jar");
    assertRefused("--classpath=" + text, "text.jar is no jar");
    assertRefused("--classpath=" + shared.resolve("classes"), "no class of tasks is named");
    assertRefused("--tasks=shop.None", "there is no class shop.None on the class path");
    assertRefused("--tasks=shop.Wrong$NoTask", "shop.Wrong$NoTask has no task");
    assertRefused("--tasks=shop.Wrong$NoConstructor", "no public constructor without arguments");
    assertRefused("--concurrency=0", "concurrency must be between 1 and");
    assertRefused("--queue=mail=0", "concurrency of mail must be between 1 and");
    assertRefused("--lease=PT0S", "lease must be between");
  }

  private void assertRefused(String option, String message) {
    var all = new ArrayList<>(List.of("worker", "--store", "memory:", option));
    if (!option.startsWith("--classpath")) {
      all.addAll(List.of("--classpath", shared + "/*"));
    }
    Cli.Ended ended = Cli.run(all.toArray(String[]::new));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains(message).hasLineCount(2);
  }
}
