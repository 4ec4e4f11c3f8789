package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Each trouble is made, found, and its remedy named. */
@ParameterizedClass
@ValueSource(strings = {"file:", "sqlite:"})
class DoctorTest {
  private static final TaskType<String> MAIL = TaskType.of("mail", String.class);

  @TempDir Path directory;
  private final String scheme;
  private Path place;
  private String store;

  DoctorTest(String scheme) {
    this.scheme = scheme;
  }

  @BeforeEach
  void make() {
    place = directory.resolve("store");
    store = scheme + place;
    OmniQ.open(store).close();
  }

  private Cli.Ended doctor(String... options) {
    var all = new ArrayList<>(List.of("doctor", "--store", store));
    // The machine that runs this test may well be short of room.
    if (!List.of(options).contains("--min-free")) {
      all.addAll(List.of("--min-free", "0%"));
    }
    all.addAll(List.of(options));
    return Cli.run(all.toArray(String[]::new));
  }

  private void assertFound(String trouble, String what, String remedy, String... options) {
    var all = new ArrayList<>(List.of(options));
    all.add("--json");
    Cli.Ended doctor = doctor(all.toArray(String[]::new));
    assertThat(doctor.exitCode()).as(doctor.err()).isEqualTo(1);
    assertThat(doctor.lines())
        .singleElement()
        .satisfies(
            line -> {
              JsonNode found = Cli.json(line);
              assertThat(found.propertyNames()).containsExactly("trouble", "what", "remedy");
              assertThat(found.get("trouble").asString()).isEqualTo(trouble);
              assertThat(found.get("what").asString()).contains(what);
              assertThat(found.get("remedy").asString()).contains(remedy);
            });
  }

  private static Instant longAgo() {
    return Instant.now().minusSeconds(7_500);
  }

  @Test
  void queueThatIsWell_hasNoTrouble() {
    Cli.Ended doctor = doctor();

    assertThat(doctor.exitCode()).as(doctor.err()).isZero();
    assertThat(doctor.out()).isEqualTo("No trouble found in " + scheme + real(place) + ".\n");
    assertThat(doctor("--json").out()).isEmpty();
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void trouble_isToldToPeopleWithItsRemedyBelow() {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(MAIL.with("ada").eta(longAgo()).queue("news"));
    }

    assertThat(doctor().lines())
        .containsExactly(
            "NO WORKER: Tasks are due for 2 h, and no worker was seen lately.",
            "  Start a worker that has their handlers and takes from queue news.",
            "",
            "1 trouble found in " + scheme + real(place) + ".");
  }

  // ---- the queue ----

  @Test
  void dueTasks_withoutAWorker() {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(MAIL.with("ada").eta(longAgo()));
    }

    assertFound("NO_WORKER", "due for 2 h", "Start a worker");
    assertThat(doctor("--max-lateness", "PT3H").exitCode()).isZero();
  }

  @Test
  void nameThatNobodyHandles() {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(TaskType.of("old", String.class).with("x").eta(longAgo()));
      omniq.enqueue(MAIL.with("ada"));
      try (Worker worker = omniq.worker().handle(MAIL, to -> {}).build()) {
        worker.runDue();
        assertFound(
            "NAME_NOT_HANDLED", "taken by no worker: 1 task of name old", "Register their handler");
      }
    }
  }

  @Test
  void queueThatIsBehind() throws Exception {
    var begun = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueueAll(List.of(MAIL.with("ada"), MAIL.with("bob").eta(longAgo())));
      omniq.enqueue(MAIL.with("eve").eta(longAgo()));
      try (Worker worker =
          omniq
              .worker()
              .concurrency(1)
              .handle(
                  MAIL,
                  to -> {
                    begun.countDown();
                    end.await();
                  })
              .start()) {
        begun.await();
        assertFound("LATE", "In queue default", "Start more workers");
        end.countDown();
      }
    }
  }

  @Test
  void tasksThatFailed() {
    try (OmniQ omniq = OmniQ.open(store);
        Worker worker =
            omniq
                .worker()
                .handle(
                    MAIL,
                    to -> {
                      throw new IllegalStateException("no such address: " + to);
                    })
                .build()) {
      omniq.enqueue(MAIL.with("nobody").maxRetries(0));
      worker.runDue();
    }

    assertFound("FAILURES", "no such address: nobody", "omniq retry --status failed --name 'mail'");
    assertThat(doctor("--lately", "PT0S").exitCode()).isZero();
  }

  // ---- the store ----

  @Test
  void moveThatWasNotCompleted() {
    String other = "file:" + directory.resolve("other");
    try (OmniQ omniq = OmniQ.open(store);
        OmniQ target = OmniQ.open(other)) {
      omniq.enqueue(MAIL.with("ada").uniqueKey("k"));
      target.enqueue(MAIL.with("bob").uniqueKey("k"));
    }
    assertThat(Cli.run("move", "--from", store, "--to", other).exitCode()).isEqualTo(1);

    String command = "omniq move --from '" + scheme + real(place) + "' --to '" + other + "'";
    assertFound("MOVE_UNFINISHED", "A move of tasks to " + other, command);
    store = other;
    assertFound("MOVE_UNFINISHED", "A move of tasks from " + scheme, command);
  }

  @Test
  void storeThatWasLeft() {
    String other = "file:" + directory.resolve("other");
    assertThat(Cli.run("move", "--from", store, "--to", other).exitCode()).isZero();

    assertFound("MOVED", "were moved to " + other, "use that store");
  }

  @Test
  void storeThatIsMissing_isNotMade() {
    store = scheme + directory.resolve("mistyped");

    assertFound("STORE_MISSING", "There is no store", "name the right place");
    assertThat(directory.resolve("mistyped")).doesNotExist();
  }

  @Test
  void storeThatIsDamaged() throws Exception {
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(MAIL.with("ada"));
      omniq.enqueue(MAIL.with("bob"));
    }
    if (scheme.equals("file:")) {
      Path journal = place.resolve("journal-000001.jsonl");
      String text = Files.readString(journal);
      Files.writeString(journal, text.replaceFirst("ada", "eve"));
      assertFound("STORE_DAMAGED", "is damaged", "omniq repair '" + place + "'");
    } else {
      Files.writeString(place, "This was a database.".repeat(1_000));
      assertFound("STORE_DAMAGED", "not a database", "sqlite3 FILE .recover");
    }
  }

  @Test
  void storeOfANewerVersion() throws Exception {
    if (scheme.equals("file:")) {
      Files.writeString(place.resolve("MANIFEST"), manifest("{\"format\":999}\n"));
    } else {
      sql("UPDATE omniq_schema SET version = 999");
    }

    assertFound("STORE_NEWER", "999", "Use the version of OmniQ that has written it");
  }

  /** As the reference of the journal has it: a line, and a trailer with its sum. */
  private static String manifest(String line) {
    String text = line + "{\"lines\":1,\"bytes\":" + line.length() + ",\"forced\":0,\"crc32c\":\"";
    var sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "%08x\"}\n".formatted(sum.getValue());
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + place);
        Statement run = connection.createStatement()) {
      run.execute(statement);
    }
  }

  @Test
  void diskThatIsAlmostFull() {
    assertFound("DISK_LOW", "Of the disk of " + place, "omniq purge", "--min-free", "100%");
    assertFound("DISK_LOW", "are free", "omniq purge", "--min-free", "1M,9000T");
  }

  @Test
  void sizeThatIsNone_isRefused() {
    Cli.Ended doctor = doctor("--min-free", "much");

    assertThat(doctor.exitCode()).isEqualTo(2);
    assertThat(doctor.err())
        .contains("'much' is neither a share of the disk such as 5% nor a size");
  }
}
