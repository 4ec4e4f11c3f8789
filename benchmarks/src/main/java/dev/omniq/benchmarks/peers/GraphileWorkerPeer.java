package dev.omniq.benchmarks.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.Driver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Graphile Worker in a process of Node.js, with the batches and the local queue that it recommends
 * for throughput. Tasks come by its functions in SQL, as it tells other languages to bring them.
 */
public final class GraphileWorkerPeer implements Peer {
  private static final JsonMapper JSON = new JsonMapper();

  private final Database database;
  private final GraphileWorkerPackage installed;
  private final HikariDataSource pool;
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;
  private volatile Runs runs = new Runs(0);

  /** One with its tables in a schema that is empty. */
  public GraphileWorkerPeer(Database database, GraphileWorkerPackage installed) throws IOException {
    this.database = database;
    this.installed = installed;
    Properties url = Objects.requireNonNull(Driver.parseURL(database.url(), new Properties()));
    var builder =
        new ProcessBuilder("node", "worker.js", url.getProperty("currentSchema"))
            .directory(installed.directory().toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map.of(
            "PGHOST", "PGHOST",
            "PGPORT", "PGPORT",
            "PGDATABASE", "PGDBNAME",
            "PGUSER", "user",
            "PGPASSWORD", "password")
        .forEach(
            (variable, property) -> {
              if (url.getProperty(property) != null) {
                builder.environment().put(variable, url.getProperty(property));
              }
            });
    process = builder.start();
    commands = process.outputWriter();
    answers = process.inputReader();
    if (answers.readLine() == null) {
      throw new IllegalStateException("the process of Graphile Worker did not become ready");
    }
    var reader = new Thread(this::read, "graphile-worker");
    reader.setDaemon(true);
    reader.start();
    pool = database.pool(20);
  }

  private void read() {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        for (JsonNode run : JSON.readTree(line).path("ran")) {
          Instant began =
              Instant.EPOCH.plus((long) (run.get(1).asDouble() * 1e3), ChronoUnit.MICROS);
          runs.ran(run.get(0).asInt(), began);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String description() {
    return ("Graphile Worker %s on %s (64 jobs at a time, local queue of 500, completeJobBatchDelay"
            + " 0; Node.js %s, it asks for %s)")
        .formatted(installed.version(), database, installed.node(), installed.wanted());
  }

  /** Few, for a lone enqueue takes it the longer the more tasks there are. */
  @Override
  public int size() {
    return 8_000;
  }

  private static String payload(int number) {
    return "{\"number\":%d,\"payload\":\"payload %1$d\"}".formatted(number);
  }

  @Override
  public void enqueue(int number, Instant due) {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT add_job('nothing', payload => ?::json, run_at => ?)")) {
      statement.setString(1, payload(number));
      statement.setObject(2, due.atOffset(ZoneOffset.UTC));
      statement.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void enqueueAll(int first, int count) {
    String payloads =
        IntStream.range(first, first + count)
            .mapToObj(GraphileWorkerPeer::payload)
            .collect(Collectors.joining(",", "[", "]"));
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT count(*) FROM add_jobs(ARRAY(
                  SELECT ('nothing', payload, NULL, NULL, NULL, NULL, NULL, NULL)::job_spec
                  FROM json_array_elements(?::json) AS payload))
                """)) {
      statement.setString(1, payloads);
      statement.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void start(Runs whatRuns) throws IOException {
    runs = whatRuns;
    commands.write("{\"start\":true}\n");
    commands.flush();
  }

  @Override
  public long unfinished() throws SQLException {
    return database.count(pool, "SELECT count(*) FROM jobs");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    commands.close();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    pool.close();
  }
}
