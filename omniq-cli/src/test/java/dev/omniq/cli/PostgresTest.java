package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.worker.Worker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands on a real PostgreSQL, as processes. */
class PostgresTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  private static EmbeddedPostgres server;
  private static int schemas;

  private final String url =
      server.getJdbcUrl("postgres", "postgres") + "&omniq.schema=test_" + ++schemas;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private Cli.Ended fork(String... arguments) throws Exception {
    return Cli.fork(directory, arguments);
  }

  @Test
  void listAndShow_tellOfTasksInTheDatabase() throws Exception {
    TaskId id;
    try (OmniQ omniq = OmniQ.open(url)) {
      id = omniq.enqueue(MAIL.with("ada").delay(Duration.ofHours(1)));
    }

    Cli.Ended listed = fork("list", "--store", url, "--json");
    Cli.Ended shown = fork("show", id.toString(), "--store", url, "--json");

    assertThat(listed.exitCode()).as(listed.err()).isZero();
    assertThat(json(listed).get("id").asString()).isEqualTo(id.toString());
    assertThat(json(shown).get("name").asString()).isEqualTo("mail");
  }

  @Test
  void move_bringsTasksFromFilesToTheDatabaseAndOnToSqlite() throws Exception {
    String file = "file:" + directory.resolve("from");
    String sqlite = "sqlite:" + directory.resolve("to.db");
    TaskId id;
    try (OmniQ omniq = OmniQ.open(file)) {
      id = omniq.enqueue(MAIL.with("ada").interval(Duration.ofHours(1)));
    }

    Cli.Ended first = fork("move", "--from", file, "--to", url, "--json");
    Cli.Ended second = fork("move", "--from", url, "--to", sqlite, "--json");
    Cli.Ended again = fork("move", "--from", url, "--to", sqlite, "--json");

    assertThat(List.of(first.exitCode(), second.exitCode(), again.exitCode()))
        .as(first.err() + second.err() + again.err())
        .containsOnly(0);
    try (OmniQ omniq = OmniQ.open(sqlite)) {
      assertThat(omniq.task(id)).map(task -> task.arguments()).contains("[\"ada\"]");
    }
  }

  @Test
  void migrations_arePrintedAndMakeTheTables() throws Exception {
    Cli.Ended printed = fork("migrations", "--store", url);

    assertThat(printed.exitCode()).as(printed.err()).isZero();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(printed.out());
    }
    try (OmniQ omniq = OmniQ.open(url + "&omniq.migrate=false")) {
      assertThat(omniq.enqueue(MAIL.with("ada"))).isNotNull();
    }
  }

  @Test
  void migrations_afterTheVersionThatIsThere_printOnlyWhatIsMissing() {
    Cli.Ended all = Cli.run("migrations", "--store", url, "--json");
    int newest = all.lines().size();

    assertThat(Cli.run("migrations", "--store", url, "--after", "1").out())
        .doesNotContain("-- Version 1\n")
        .contains("-- Version 2");
    assertThat(Cli.run("migrations", "--store", url, "--after", "" + newest).out()).isEmpty();
    assertThat(Cli.run("migrations", "--store", url, "--after", "99").err())
        .contains("--after must be from 0 to " + newest + ", but is 99");
  }

  @Test
  void migrations_ofAStoreThatIsTheProgramsOwn_areNone() {
    Cli.Ended ended = Cli.run("migrations", "--store", "sqlite:some.db");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("sqlite:some.db makes what it needs by itself");
  }

  @Test
  void runNowPurgeAndBench_workAsOnOtherStores() throws Exception {
    TaskId id;
    try (OmniQ omniq = OmniQ.open(url);
        Worker worker = omniq.worker().handle(MAIL, to -> {}).build()) {
      omniq.enqueue(MAIL.with("ada"));
      worker.runDue();
      id = omniq.enqueue(MAIL.with("bob").delay(Duration.ofHours(1)));
    }

    Cli.Ended runNow = fork("run-now", "--store", url, "--name=mail", "--yes", "--json");
    Cli.Ended purge = fork("purge", "--store", url, "--keep-success=PT0S", "--yes", "--json");
    Cli.Ended refused = fork("bench", "--store", url, "--tasks=100");
    Cli.Ended bench = fork("bench", "--store", url, "--tasks=100", "--force", "--json");

    assertThat(json(runNow).get("id").asString()).isEqualTo(id.toString());
    assertThat(purge.out()).isEqualTo("{\"removed\":1}\n");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("1 tasks wait or run in ").doesNotContain("user=");
    assertThat(bench.lines()).as(bench.err()).hasSize(3);
    try (OmniQ omniq = OmniQ.open(url)) {
      assertThat(omniq.tasks(TaskQuery.all())).extracting(Task::id).containsExactly(id);
      assertThat(omniq.task(id).orElseThrow().dueAt()).isBeforeOrEqualTo(Instant.now());
    }
  }

  // ---- doctor ----

  private static void assertFound(String trouble, String what, String remedy, String store) {
    Cli.Ended doctor = Cli.run("doctor", "--store", store, "--json");
    assertThat(doctor.exitCode()).as(doctor.err()).isEqualTo(1);
    assertThat(doctor.lines()).hasSize(1);
    assertThat(json(doctor).get("trouble").asString()).isEqualTo(trouble);
    assertThat(json(doctor).get("what").asString()).contains(what);
    assertThat(json(doctor).get("remedy").asString()).contains(remedy);
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement run = connection.createStatement()) {
      run.execute(statement.replace("{schema}", "test_" + schemas));
    }
  }

  @Test
  void doctor_ofAServerThatIsNotThere_namesWhatToLookAt() {
    String nowhere = "jdbc:postgresql://localhost:1/postgres?user=me&password=secret";

    assertFound("STORE_UNREACHABLE", "onnection", "Look whether the server runs", nowhere);
    assertThat(Cli.run("doctor", "--store", nowhere).out()).doesNotContain("secret");
  }

  @Test
  void doctor_ofAUserWhoMayNot_orADatabaseThatIsMissing_saysSo() {
    assertFound(
        "ACCESS_DENIED",
        "nobody",
        "Correct user and password",
        url.replace("postgres&", "nobody&"));
    assertFound("STORE_MISSING", "elsewhere", "createdb", url.replace("/postgres?", "/elsewhere?"));
  }

  @Test
  void doctor_makesAndUpdatesNoTables() throws Exception {
    assertFound("STORE_MISSING", "version 0", "omniq migrations", url);

    OmniQ.open(url).close();
    assertThat(Cli.run("doctor", "--store", url).exitCode()).isZero();
    sql("UPDATE {schema}.schema_version SET version = 1");
    assertFound("STORE_OLD", "version 1", "omniq migrations --after", url);
    sql("UPDATE {schema}.schema_version SET version = 999");
    assertFound("STORE_NEWER", "version 999", "Use the version of OmniQ that has written it", url);
  }

  @Test
  void doctor_ofTasksThatNobodyTakes_namesTheRemedy() {
    try (OmniQ omniq = OmniQ.open(url)) {
      omniq.enqueue(MAIL.with("ada").eta(Instant.now().minusSeconds(600)));
    }

    assertFound("NO_WORKER", "10 min", "Start a worker", url);
  }

  private static JsonNode json(Cli.Ended ended) {
    return JsonMapper.shared().readTree(ended.lines().get(0));
  }
}
