package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The commands that change tasks or watch them, on stores that are kept in files. */
@ParameterizedClass
@ValueSource(strings = {"file:", "sqlite:"})
class OperatingTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  @TempDir Path directory;
  private final String scheme;
  private String store;
  private TaskId failed;
  private TaskId sent;
  private TaskId repeating;

  OperatingTest(String scheme) {
    this.scheme = scheme;
  }

  /** Two failed tasks, one that succeeded, and a pending series in a queue of its own. */
  @BeforeEach
  void fill() {
    store = scheme + directory.resolve("store");
    try (OmniQ omniq = OmniQ.open(store)) {
      failed = omniq.enqueue(MAIL.with("nobody").maxRetries(0).label("customer", "17"));
      omniq.enqueue(MAIL.with("nobody").maxRetries(0));
      sent = omniq.enqueue(MAIL.with("ada"));
      repeating = omniq.enqueue(MAIL.with("all").interval(Duration.ofHours(1)).queue("news"));
      try (Worker worker = omniq.worker().handle(MAIL, OperatingTest::send).build()) {
        worker.runDue();
      }
    }
  }

  private static void send(String to) {
    if (to.equals("nobody")) {
      throw new IllegalStateException("no such address: " + to);
    }
  }

  private Cli.Ended run(String command, String... args) {
    return Cli.run(arguments(command, args));
  }

  private String[] arguments(String command, String... args) {
    var all = new ArrayList<>(List.of(command, "--store", store));
    all.addAll(List.of(args));
    return all.toArray(String[]::new);
  }

  private Task stored(TaskId id) {
    try (OmniQ omniq = OmniQ.open(store)) {
      return omniq.task(id).orElseThrow();
    }
  }

  private List<TaskStatus> statuses() {
    try (OmniQ omniq = OmniQ.open(store)) {
      return omniq.tasks(TaskQuery.all()).stream().map(Task::status).toList();
    }
  }

  // ---- enqueue ----

  @Test
  void enqueue_storesWhatTheOptionsSay() {
    Cli.Ended enqueue =
        run(
            "enqueue",
            "com.example.Reports#generate",
            "\"daily\"",
            "17",
            "{\"deep\": [null, true]}",
            "--delay=PT1H",
            "--every=PT2H",
            "--queue=reports",
            "--priority=7",
            "--max-retries=5",
            "--timeout=PT30S",
            "--unique-key=daily",
            "--label=customer=17");

    assertThat(enqueue.exitCode()).as(enqueue.err()).isZero();
    Task task = stored(TaskId.parse(enqueue.lines().get(0)));
    assertThat(task.name()).isEqualTo("com.example.Reports#generate");
    assertThat(task.arguments()).isEqualTo("[\"daily\",17,{\"deep\":[null,true]}]");
    assertThat(Duration.between(task.createdAt(), task.dueAt())).isEqualTo(Duration.ofHours(1));
    assertThat(Style.schedule(task.schedule())).startsWith("every 2h");
    assertThat(task.queue()).isEqualTo("reports");
    assertThat(task.priority()).isEqualTo(7);
    assertThat(task.spec().retryPolicy().maxRetries()).isEqualTo(5);
    assertThat(task.timeout()).contains(Duration.ofSeconds(30));
    assertThat(task.uniqueKey()).contains("daily");
    assertThat(task.labels()).containsEntry("customer", "17");
  }

  @Test
  void enqueue_ofAKeyThatIsHeld_tellsTheTaskThatIsThere() {
    String first = run("enqueue", "x", "--unique-key=k", "--delay=PT1H").lines().get(0);

    JsonNode second = Cli.json(run("enqueue", "x", "--unique-key=k", "--json").out());

    assertThat(second.get("id").asString()).isEqualTo(first);
    assertThat(second.get("created").asBoolean()).isFalse();
  }

  @Test
  void enqueue_ofWhatIsNoJson_saysHowATextIsWritten() {
    Cli.Ended enqueue = run("enqueue", "x", "daily");

    assertThat(enqueue.exitCode()).isEqualTo(2);
    assertThat(enqueue.err()).contains("'daily' is no JSON", "'\"daily\"'");
    assertThat(statuses()).hasSize(4);
  }

  @Test
  void enqueue_runsWhereTheHandlerIs() {
    TaskId id = TaskId.parse(run("enqueue", "mail", "\"bob\"").lines().get(0));

    try (OmniQ omniq = OmniQ.open(store);
        Worker worker = omniq.worker().handle(MAIL, OperatingTest::send).build()) {
      worker.runDue();
      assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
    }
  }

  // ---- cancel, delete, retry ----

  @Test
  void cancel_byId_endsTheSeriesWithIt() {
    Cli.Ended cancel = run("cancel", repeating.toString());

    assertThat(cancel.exitCode()).as(cancel.err()).isZero();
    assertThat(cancel.lines()).containsExactly(repeating + "  cancelled");
    assertThat(stored(repeating).status()).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void cancel_ofOneThatCannotBe_tellsSoAndFails() {
    var unknown = new TaskId(UUID.fromString("019ac9d2-6f00-7000-8000-00000000ffff"));

    Cli.Ended cancel = run("cancel", sent.toString(), unknown.toString(), repeating.toString());

    assertThat(cancel.exitCode()).isEqualTo(1);
    assertThat(cancel.lines())
        .containsExactly(
            sent + "  already finished", unknown + "  not found", repeating + "  cancelled");
  }

  @Test
  void cancel_wholeSeries_byAnyOfItsRuns() {
    JsonNode cancel =
        Cli.json(run("cancel", "--whole-series", "--json", repeating.toString()).out());

    assertThat(cancel.get("done").asBoolean()).isTrue();
    assertThat(stored(repeating).status()).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void delete_byConditions_withoutAQuestion() {
    Cli.Ended delete = run("delete", "--status", "failed", "--yes");

    assertThat(delete.exitCode()).as(delete.err()).isZero();
    assertThat(delete.out()).isEqualTo("2 of 2 tasks done." + System.lineSeparator());
    assertThat(statuses()).containsExactly(TaskStatus.PENDING, TaskStatus.SUCCESS);
  }

  @Test
  void retry_byId_isDueAtOnce() {
    Cli.Ended retry = run("retry", failed.toString(), repeating.toString());

    assertThat(retry.exitCode()).isEqualTo(1);
    assertThat(retry.lines().get(0)).isEqualTo(failed + "  retried");
    assertThat(retry.lines().get(1)).contains("only a finished task can be retried");
    assertThat(stored(failed).status()).isEqualTo(TaskStatus.PENDING);
  }

  @Test
  void runNow_byId_makesAWaitingTaskDue() {
    Cli.Ended runNow = run("run-now", repeating.toString(), sent.toString());

    assertThat(runNow.exitCode()).isEqualTo(1);
    assertThat(runNow.lines().get(0)).isEqualTo(repeating + "  due now");
    assertThat(runNow.lines().get(1)).contains("only a task that waits can be rescheduled");
    assertThat(stored(repeating).dueAt()).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void runNow_byConditions_choosesFromWhatWaits() {
    String later = run("enqueue", "mail", "\"bob\"", "--delay=PT1H").lines().get(0);

    JsonNode runNow = Cli.json(run("run-now", "--queue=default", "--yes", "--json").out());

    assertThat(runNow.get("id").asString()).isEqualTo(later);
    assertThat(stored(TaskId.parse(later)).dueAt()).isBeforeOrEqualTo(Instant.now());
    assertThat(stored(failed).status()).isEqualTo(TaskStatus.FAILED);
  }

  @Test
  void changes_needEitherIdsOrConditions() {
    for (String command : List.of("cancel", "delete", "retry", "run-now")) {
      assertThat(run(command).err()).contains("either by their ids or by conditions");
      assertThat(run(command, failed.toString(), "--queue=news").exitCode()).isEqualTo(2);
    }
    assertThat(statuses()).hasSize(4);
  }

  @Test
  void changes_ofWhatMatchesNothing_doNothing() {
    Cli.Ended retry = run("retry", "--queue=unknown");

    assertThat(retry.exitCode()).isZero();
    assertThat(retry.err()).contains("No task matches.");
  }

  @Test
  void changesOfMany_tellHowFarTheyAre_butNotInJson() {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueueAll(Collections.nCopies(2_500, MAIL.with("many").queue("bulk")));
    }

    Cli.Ended cancel = run("cancel", "--queue=bulk", "--yes");
    Cli.Ended delete = run("delete", "--queue=bulk", "--yes", "--json");

    assertThat(cancel.lines())
        .containsExactly(
            "Cancel  40 %  1,000 of 2,500 tasks",
            "Cancel  80 %  2,000 of 2,500 tasks",
            "Cancel 100 %  2,500 of 2,500 tasks",
            "2,500 of 2,500 tasks done.");
    assertThat(delete.lines()).hasSize(2_500).allMatch(line -> Cli.json(line).isObject());
    assertThat(statuses()).hasSize(4);
  }

  @Test
  void changesThatCannotBe_areToldWithTheirReasons() {
    String key = "--unique-key=k";
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(run("enqueue", "keyed", key, "--delay=PT1H").lines().get(0));
      run("cancel", ids.get(i));
    }
    String holder = run("enqueue", "keyed", key, "--delay=PT1H").lines().get(0);

    Cli.Ended retry = run("retry", "--name=keyed", "--yes");

    assertThat(retry.exitCode()).isZero();
    assertThat(retry.lines())
        .hasSize(12)
        .endsWith("and 2 more were not changed; --json tells of each.", "0 of 12 tasks done.")
        .first()
        .asString()
        .startsWith(ids.get(11) + "  ")
        .endsWith("its unique key 'k' is held by live task " + holder);
  }

  @Test
  void cancel_wholeSeries_ofAllThatMatch() {
    Cli.Ended cancel = run("cancel", "--whole-series", "--queue=news", "--yes");

    assertThat(cancel.out()).isEqualTo("1 of 1 task done." + System.lineSeparator());
    assertThat(stored(repeating).status()).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void question_tellsHowMany_andOnlyYesChangesThem() throws Exception {
    assertThat(answered("n").exitCode()).isEqualTo(1);
    assertThat(answered("").err()).contains("Retry 2 tasks? [y/N]", "Nothing was changed");
    assertThat(stored(failed).status()).isEqualTo(TaskStatus.FAILED);

    assertThat(answered("y").out()).contains("2 of 2 tasks done.");
    assertThat(stored(failed).status()).isEqualTo(TaskStatus.PENDING);
  }

  private Cli.Ended answered(String answer) throws Exception {
    Process process =
        Cli.start(directory, List.of(), arguments("retry", "--status=failed,success"));
    try (OutputStream in = process.getOutputStream()) {
      in.write(answer.getBytes(StandardCharsets.UTF_8));
    }
    return Cli.end(process);
  }

  // ---- bench ----

  @Test
  void bench_measuresAndLeavesNothing_butOnlyWhereNothingElseWaits() {
    Cli.Ended refused = run("bench");
    run("cancel", repeating.toString());
    List<Task> before = tasks();
    Cli.Ended bench = run("bench", "--tasks=2500", "--json");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("1 tasks wait or run in ", "--force");
    List<JsonNode> results = bench.lines().stream().map(Cli::json).toList();
    assertThat(results)
        .as(bench.err())
        .extracting(each -> each.get("what").asString())
        .containsExactly("enqueue", "enqueue_all", "run");
    assertThat(results.get(1).get("tasks").asInt()).isEqualTo(2_500);
    assertThat(results.get(2).get("tasks").asInt())
        .isEqualTo(results.get(0).get("tasks").asInt() + 2_500);
    assertThat(results).allMatch(each -> each.get("tasks_per_second").asLong() > 0);
    assertThat(results.get(0).get("median_ms").asDouble())
        .isLessThanOrEqualTo(results.get(0).get("p99_ms").asDouble());
    assertThat(tasks()).isEqualTo(before);
  }

  private List<Task> tasks() {
    try (OmniQ omniq = OmniQ.open(store)) {
      return omniq.tasks(TaskQuery.all());
    }
  }

  // ---- purge ----

  @Test
  void purge_removesWhatNeedNotBeKept() {
    assertThat(run("purge", "--yes").out()).isEqualTo("0 tasks removed.\n");

    assertThat(run("purge", "--keep-success=PT0S", "--yes").out()).isEqualTo("1 task removed.\n");
    assertThat(statuses())
        .containsExactly(TaskStatus.PENDING, TaskStatus.FAILED, TaskStatus.FAILED);
    assertThat(run("purge", "--keep-most=0", "--yes", "--json").out())
        .isEqualTo("{\"removed\":2}\n");
    assertThat(statuses()).containsExactly(TaskStatus.PENDING);
  }

  @Test
  void purge_asksFirst_withHowManyAreFinished() throws Exception {
    Process process = Cli.start(directory, List.of(), arguments("purge", "--keep-failures=P7D"));
    process.getOutputStream().close();
    Cli.Ended purge = Cli.end(process);

    assertThat(purge.exitCode()).isEqualTo(1);
    assertThat(purge.err())
        .contains(
            "Of 3 finished tasks, remove those that succeeded more than 24h ago or failed more than"
                + " 168h ago, and all but the newest 1,000,000? [y/N] ");
    assertThat(statuses()).hasSize(4);
  }

  @Test
  void purge_ofMany_tellsHowFarItIs() {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueueAll(Collections.nCopies(2_500, MAIL.with("many").queue("bulk")));
      try (Worker worker =
          omniq.worker().queues("bulk").handle(MAIL, OperatingTest::send).build()) {
        worker.runDue();
      }
    }

    assertThat(run("purge", "--keep-success=PT0S", "--keep-failures=PT0S", "--yes").lines())
        .containsExactly(
            "Purge  39 %  1,000 of 2,503 finished tasks",
            "Purge  79 %  2,000 of 2,503 finished tasks",
            "Purge 100 %  2,503 of 2,503 finished tasks",
            "2,503 tasks removed.");
  }

  @Test
  void purge_ofANegativeTime_isRefused() {
    assertThat(run("purge", "--keep-most=-1").err()).contains("retention must not be negative");
  }

  // ---- stats, workers, tail ----

  @Test
  void stats_countsByQueueAndStatus() {
    Cli.Ended stats = run("stats");

    assertThat(stats.exitCode()).as(stats.err()).isZero();
    assertThat(stats.lines().stream().map(line -> line.replaceAll(" +", " ")).toList())
        .containsExactly(
            "QUEUE PENDING RUNNING SUCCESS FAILED CANCELLED LATE",
            "default - - 1 2 - -",
            "news 1 - - - - -");
  }

  @Test
  void stats_tellsHowLongTheOldestDueTaskHasWaited() {
    run("enqueue", "late", "--eta", Instant.now().minusSeconds(7_500).toString());

    assertThat(run("stats").lines().get(1)).endsWith(" 2h5m");
    JsonNode json = Cli.json(run("stats", "--json").lines().get(0));
    assertThat(json.get("tasks").get("PENDING").asInt()).isEqualTo(1);
    assertThat(json.get("late_ms").asLong()).isBetween(7_500_000L, 7_560_000L);
  }

  @Test
  void workers_tellsWhoHoldsWhat() throws Exception {
    var running = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(MAIL.with("slow"));
      try (Worker worker =
          omniq
              .worker()
              .handle(
                  MAIL,
                  to -> {
                    running.countDown();
                    go.await();
                  })
              .start()) {
        running.await();
        Cli.Ended workers = run("workers", "--json");
        List<JsonNode> all = workers.lines().stream().map(Cli::json).toList();
        go.countDown();
        assertThat(all)
            .filteredOn(each -> each.get("running").asInt() == 1)
            .singleElement()
            .satisfies(each -> assertThat(each.get("worker").asString()).contains(worker.name()));
      }
    }
  }

  @Test
  void tail_noFollow_tellsThePast() {
    try (OmniQ omniq = OmniQ.open(store)) {
      TaskId lost = omniq.enqueue(MAIL.with("nobody").maxRetries(0));
      try (Worker worker = omniq.worker().handle(MAIL, OperatingTest::send).build()) {
        worker.runDue();
      }

      List<JsonNode> past =
          run("tail", "--no-follow", "--json").lines().stream().map(Cli::json).toList();

      assertThat(past)
          .filteredOn(each -> each.get("id").asString().equals(lost.toString()))
          .extracting(each -> each.get("status").asString())
          .containsExactly("PENDING", "RUNNING", "FAILED");
      assertThat(run("tail", "--no-follow", "--status=failed", "--name=mail").lines())
          .last()
          .asString()
          .contains(lost + "  FAILED     mail");
    }
  }

  @Test
  @Timeout(60)
  void tail_followsOtherProcesses_untilItIsStopped() throws Exception {
    Process tail = Cli.start(directory, List.of(), arguments("tail", "--name=later"));
    try (var out =
        new BufferedReader(new InputStreamReader(tail.getInputStream(), StandardCharsets.UTF_8))) {
      String line = null;
      // It may still be on its way to the end of the past when the first of them comes.
      while (line == null) {
        run("enqueue", "later");
        line = out.ready() ? out.readLine() : null;
      }
      assertThat(line).contains("  PENDING    later");
      tail.toHandle().destroy();
      assertThat(tail.waitFor()).isEqualTo(143);
    } finally {
      tail.destroyForcibly();
    }
  }
}
