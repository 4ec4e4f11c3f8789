package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one directory, whose owner ends, dies, or is stopped. */
class TakeoverTest {
  private static final String APPLIED = "Done[]";

  @TempDir Path directory;

  @Test
  void aKilledOwner_underLoad_losesNothingThatWasAcknowledged() throws Exception {
    try (var first = StoreProcess.start(directory);
        var second = StoreProcess.start(directory);
        var third = StoreProcess.start(directory)) {
      for (StoreProcess each : List.of(first, second, third)) {
        each.tell("load");
      }
      for (StoreProcess each : List.of(first, second, third)) {
        each.awaitSettled(60);
      }

      first.kill();
      second.awaitSettled(60);
      third.awaitSettled(60);
      StoreProcess next = owner() == second.pid() ? second : third;
      StoreProcess last = next == second ? third : second;
      next.kill();
      last.awaitSettled(60);
      last.finish();

      checkAcknowledged(first, second, third);
    }
  }

  @Test
  void anOwnerThatCloses_underLoad_handsOverWithoutAFailure() throws Exception {
    try (var first = StoreProcess.start(directory);
        var second = StoreProcess.start(directory)) {
      first.tell("load");
      second.tell("load");
      first.awaitSettled(60);
      second.awaitSettled(60);

      first.finish();
      second.awaitSettled(60);
      assertThat(owner()).isEqualTo(second.pid());
      second.finish();

      checkAcknowledged(first, second);
    }
  }

  /** All that these processes were told is so, and no task was given to two of them. */
  private void checkAcknowledged(StoreProcess... processes) {
    List<String> lines = Stream.of(processes).flatMap(each -> each.output().stream()).toList();
    assertThat(lines).noneMatch(line -> line.startsWith("failed") || line.startsWith("stale"));
    Map<TaskId, TaskStatus> found = statuses();
    assertThat(found.keySet()).containsAll(ids(lines, "+"));
    assertThat(ids(lines, "*")).doesNotHaveDuplicates();
    assertThat(ids(lines, "="))
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(found.get(id)).isEqualTo(TaskStatus.SUCCESS));
  }

  private static List<TaskId> ids(List<String> lines, String sign) {
    return lines.stream()
        .filter(line -> line.startsWith(sign) && line.length() == 37)
        .map(line -> TaskId.parse(line.substring(1)))
        .toList();
  }

  private Map<TaskId, TaskStatus> statuses() {
    var found = new HashMap<TaskId, TaskStatus>();
    try (TaskStore store = SharedFileStore.open(directory, SharedStoreOptions.defaults())) {
      Optional<TaskQuery> query = Optional.of(TaskQuery.all().limit(1_000));
      while (query.isPresent()) {
        List<Task> page = store.list(query.get()).orTimeout(30, TimeUnit.SECONDS).join();
        page.forEach(task -> found.put(task.id(), task.status()));
        query =
            page.isEmpty()
                ? Optional.empty()
                : Optional.of(query.get().after(page.get(page.size() - 1).id()));
      }
    }
    return found;
  }

  @Test
  void claims_ofTheNextOwner_outliveTheOwnerWhoGaveThem() throws Exception {
    try (var first = StoreProcess.start(directory);
        var second = StoreProcess.start(directory)) {
      first.ask("insert", "inserted");
      second.ask("claim", "claimed Optional[");

      first.kill();

      assertThat(second.ask("expired", "expired")).isEqualTo("0");
      assertThat(second.ask("settle", "settled")).isEqualTo(APPLIED);
      assertThat(owner()).isEqualTo(second.pid());
    }
  }

  @Test
  void claims_ofTheOwnersOwnWorkers_dieWithIt() throws Exception {
    try (var first = StoreProcess.start(directory);
        var second = StoreProcess.start(directory)) {
      first.ask("insert", "inserted");
      first.ask("claim", "claimed Optional[");
      assertThat(second.ask("expired", "expired")).isEqualTo("0");

      first.kill();

      assertThat(second.ask("expired", "expired")).isEqualTo("1");
    }
  }

  @Test
  void anOwnerThatIsStopped_staysTheOnlyOne() throws Exception {
    try (var first = StoreProcess.start(directory);
        var second = StoreProcess.start(directory, Duration.ofSeconds(4))) {
      second.ask("insert", "inserted");

      first.signal("STOP");
      assertThat(second.ask("insert", "failed")).startsWith("OutcomeUnknownException");
      assertThat(second.ask("count", "failed"))
          .startsWith("StorageException")
          .contains("is it stopped?", "process " + first.pid());
      assertThat(owner()).isEqualTo(first.pid());
      first.signal("CONT");

      first.ask("insert", "inserted");
      assertThat(second.ask("count", "count")).isEqualTo(first.ask("count", "count"));
      assertThat(owner()).isEqualTo(first.pid());
    }
  }

  /** Who wrote its number into the lock; this process must not have opened the store. */
  private long owner() throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("LOCK")).strip());
  }
}
