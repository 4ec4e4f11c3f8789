package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Claimed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a thousand tasks cost, counted: no clock is asked. */
class CostTest {
  private static final int TASKS = 1_000;

  @TempDir private Path directory;
  private final ScriptedDisk disk = new ScriptedDisk();
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"), disk);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void insertAll() {
    get(
        fixture
            .store()
            .insert(IntStream.range(0, TASKS).mapToObj(i -> fixture.newTask()).toList()));
  }

  @Test
  void manyTasks_comeAndEnd_withOneForceEach_andAreClaimedWithout() {
    int before = disk.forces();
    insertAll();
    int inserted = disk.forces();
    List<Claimed> claimed = fixture.claim(TASKS);
    int afterClaim = disk.forces();
    get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));

    assertThat(claimed).hasSize(TASKS);
    assertThat(inserted - before).as("forces of an insert").isEqualTo(1);
    assertThat(afterClaim - inserted).as("forces of a claim").isZero();
    assertThat(disk.forces() - afterClaim).as("forces of a settlement").isEqualTo(1);
  }

  @Test
  void lifeOfATask_takesFewBytesOfTheJournal() throws IOException {
    long empty = bytes();
    insertAll();
    long inserted = bytes();
    List<Claimed> claimed = fixture.claim(TASKS);
    long claims = bytes();
    get(fixture.store().apply(claimed.stream().map(fixture::success).toList()));
    long settled = bytes();

    assertThat((inserted - empty) / TASKS).as("bytes of an insert").isBetween(1L, 160L);
    assertThat((claims - inserted) / TASKS).as("bytes of a claim").isBetween(1L, 60L);
    assertThat((settled - claims) / TASKS).as("bytes of a settlement").isBetween(1L, 280L);
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(fixture.directory)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".jsonl"))
          .mapToLong(
              file -> {
                try {
                  return Files.size(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    }
  }
}
