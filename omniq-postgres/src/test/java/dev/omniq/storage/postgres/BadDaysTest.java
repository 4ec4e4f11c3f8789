package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskType;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections that die, many that open at once, and what cannot be opened. */
class BadDaysTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String schema = Server.newSchema();

  @AfterEach
  void drop() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
  }

  private String url(String more) {
    return Server.url(schema) + more;
  }

  private void killConnections(String which) throws SQLException {
    Server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
            + schema
            + "'"
            + which);
  }

  // ---- connections that die ----

  @Test
  void connectionsKilledUnderLoad_loseNothing() throws Exception {
    try (OmniQ omniq = OmniQ.open(url("&ApplicationName=" + schema));
        Worker worker = omniq.worker().concurrency(4).handle(WORK, text -> {}).start();
        var load = new Load(omniq, WORK)) {
      for (int kill = 0; kill < 20; kill++) {
        killConnections("");
        load.awaitMore(20);
      }
      load.end();
      for (TaskId id : load.acknowledged()) {
        assertThat(omniq.await(id, PATIENCE))
            .as("task %s", id)
            .map(TaskResult::status)
            .contains(TaskStatus.SUCCESS);
      }
    }
  }

  @Test
  void listener_whoseConnectionIsKilled_hearsAgain() throws Exception {
    try (OmniQ working = OmniQ.open(url("&ApplicationName=" + schema));
        OmniQ other = OmniQ.open(url(""));
        Worker worker =
            working
                .worker()
                .pollInterval(Duration.ofMinutes(10))
                .handle(WORK, text -> {})
                .start()) {
      TaskId first = other.enqueue(WORK.with("before"));
      assertThat(other.await(first, PATIENCE)).isPresent();

      killConnections(" AND query LIKE 'LISTEN%'");
      TaskId second = other.enqueue(WORK.with("after"));

      assertThat(other.await(second, PATIENCE)).isPresent();
    }
  }

  // ---- many at once ----

  @Test
  void tenThatOpenAtOnce_migrateOnce() throws SQLException {
    List<CompletableFuture<TaskStore>> opening =
        IntStream.range(0, 10)
            .mapToObj(
                n ->
                    CompletableFuture.<TaskStore>supplyAsync(
                        () -> PostgresStore.open(url("&omniq.listen=false"), TimeSource.system())))
            .toList();
    List<TaskStore> stores = new ArrayList<>();
    opening.forEach(each -> stores.add(each.join()));
    stores.forEach(TaskStore::close);

    assertThat(Server.ask("SELECT count(*) FROM \"" + schema + "\".schema_version")).isEqualTo("1");
  }

  @Test
  void openingWhileAnotherMigrates_waitsLongerThanForAnAnswer() throws SQLException {
    try (Connection migrating = Server.connect()) {
      migrating.setAutoCommit(false);
      migrating
          .createStatement()
          .execute(
              "SELECT pg_advisory_xact_lock(hashtextextended('%s', 20261122))".formatted(schema));
      CompletableFuture<TaskStore> opening =
          CompletableFuture.supplyAsync(
              () ->
                  PostgresStore.open(
                      url("&omniq.listen=false&socketTimeout=1&ApplicationName=" + schema),
                      TimeSource.system()));
      String waitsForLong =
          "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01) WHERE application_name = '"
              + schema
              + "' AND wait_event_type = 'Lock'"
              + " AND query_start < clock_timestamp() - interval '2 seconds'";
      while (!opening.isDone() && !Server.ask(waitsForLong).equals("1")) {
        Thread.onSpinWait();
      }
      migrating.rollback();

      assertThat(opening).succeedsWithin(PATIENCE).satisfies(TaskStore::close);
    }
  }

  @Test
  void process_holdsThreeConnectionsAtMost() throws Exception {
    try (OmniQ omniq = OmniQ.open(url("&ApplicationName=" + schema));
        Worker worker = omniq.worker().concurrency(8).handle(WORK, text -> {}).start()) {
      List<TaskId> ids =
          omniq.enqueueAll(IntStream.range(0, 500).mapToObj(n -> WORK.with("x")).toList());
      List<CompletableFuture<?>> reads = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        reads.add(omniq.async().tasks(TaskQuery.all().limit(100)));
      }
      for (TaskId id : ids) {
        assertThat(omniq.await(id, PATIENCE)).isPresent();
      }
      reads.forEach(CompletableFuture::join);

      String connections =
          Server.ask(
              "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + schema + "'");
      assertThat(Integer.parseInt(connections)).isBetween(1, 3);
    }
  }

  // ---- what cannot be opened ----

  @Test
  void schemaOfANewerLibrary_isRefused() throws SQLException {
    PostgresStore.open(url("&omniq.listen=false"), TimeSource.system()).close();
    Server.execute("UPDATE \"" + schema + "\".schema_version SET version = 99");

    assertThatThrownBy(() -> PostgresStore.open(url(""), TimeSource.system()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 99")
        .hasMessageContaining("newer library");
  }

  @Test
  void missingTables_areRefused_whenMigrationsAreRunByOthers() {
    assertThatThrownBy(() -> PostgresStore.open(url("&omniq.migrate=false"), TimeSource.system()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 0")
        .hasMessageContaining("run its migrations");
  }

  @Test
  void printedMigrations_makeTheTables() throws SQLException {
    for (String script : PostgresStore.migrations(schema)) {
      Server.execute(script);
    }

    try (OmniQ omniq = OmniQ.open(url("&omniq.migrate=false"))) {
      assertThat(omniq.enqueue(WORK.with("x"))).isNotNull();
    }
  }

  @Test
  void unknownDatabase_isToldInWords() {
    String url = Server.url().replaceFirst("/postgres\\?", "/nowhere?");

    assertThatThrownBy(() -> PostgresStore.open(url, TimeSource.system()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("create the database first");
  }

  @Test
  void unknownParameter_isToldWithThoseThatAreKnown() {
    assertThatThrownBy(() -> PostgresStore.open(url("&omniq.shcema=x"), TimeSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("omniq.shcema")
        .hasMessageContaining("omniq.schema");
  }

  @Test
  void secrets_areInNoMessage() {
    String url = "jdbc:postgresql://localhost:1/shop?user=ada&password=topsecret";

    assertThatThrownBy(
            () ->
                PostgresStore.open(
                    url + "&connectTimeout=1&omniq.listen=false", TimeSource.system()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("localhost:1/shop")
        .hasMessageNotContaining("topsecret");
  }

  @Test
  void anySchemaName_canBeUsed() throws SQLException {
    String odd = schema + " \"odd\" näme";
    var options = PostgresOptions.defaults().schema(odd).listen(false);
    var pool = new PGSimpleDataSource();
    pool.setUrl(Server.url());
    try (OmniQ omniq =
        OmniQ.on(
            PostgresStore.open(pool, options, TimeSource.system()), Settings.builder().build())) {
      assertThat(omniq.enqueue(WORK.with("x"))).isNotNull();
    } finally {
      Server.execute("DROP SCHEMA \"" + odd.replace("\"", "\"\"") + "\" CASCADE");
    }
  }

  @Test
  void schemaNameOfManyBytes_canBeUsed_andWakesOthers() throws Exception {
    String cyrillic = "ы".repeat(31);
    try (OmniQ working = OmniQ.open(Server.url(cyrillic));
        OmniQ other = OmniQ.open(Server.url(cyrillic));
        Worker worker =
            working
                .worker()
                .pollInterval(Duration.ofMinutes(10))
                .handle(WORK, text -> {})
                .start()) {
      TaskId id = other.enqueue(WORK.with("x"));

      assertThat(other.await(id, PATIENCE)).isPresent();
    } finally {
      Server.execute("DROP SCHEMA \"" + cyrillic + "\" CASCADE");
    }
  }
}
