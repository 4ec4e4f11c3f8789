package dev.omniq.storage.file;

import static dev.omniq.storage.file.StoreFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The empty lines behind the last group of the tail. */
class RoomTest {
  @TempDir private Path directory;
  private final ScriptedDisk disk = new ScriptedDisk();
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(directory.resolve("store"), disk);
  }

  @AfterEach
  void close() {
    disk.free(Long.MAX_VALUE);
    fixture.close();
  }

  private Path segment(int number) {
    return new Layout(fixture.directory).segment(number);
  }

  @Test
  void smallGroups_areWrittenOverRoom_thatGrowsWithTheFile() throws IOException {
    fixture.insert();
    assertThat(Files.size(segment(1))).isEqualTo(4096);
    int lengths = 0;
    long last = 0;
    for (int i = 0; i < 1_000; i++) {
      fixture.insert();
      long size = Files.size(segment(1));
      lengths += size == last ? 0 : 1;
      last = size;
    }

    assertThat(lengths).as("how often the file became longer").isBetween(5, 10);
    assertThat(last).isLessThan(3L * fixture.written(1).length);
    assertThat(Files.readString(segment(1)).stripTrailing()).doesNotContain("\n\n");
  }

  @Test
  void aLargeGroup_isFollowedByNoRoom() throws IOException {
    get(
        fixture
            .store()
            .insert(IntStream.range(0, 1_000).mapToObj(i -> fixture.newTask()).toList()));

    assertThat(Files.size(segment(1))).isEqualTo(fixture.written(1).length);
  }

  @Test
  void aSegment_thatIsSealedOrClosed_endsWithItsLastGroup() throws IOException {
    fixture.segmentBytes(2_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }
    assertThat(Files.readString(segment(1))).endsWith("\"}\n");

    fixture.close();

    try (var files = Files.list(fixture.directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        assertThat(Files.readString(file)).doesNotContain("\n\n");
      }
    }
    fixture.reopen();
  }

  @Test
  void aSealedSegment_whoseRoomIsStillThere_isWhole() throws IOException {
    fixture.segmentBytes(2_000);
    for (int i = 0; i < 20; i++) {
      fixture.insert();
    }
    var before = fixture.all();
    fixture.close();
    Files.writeString(segment(1), Files.readString(segment(1)) + "\n".repeat(5_000));

    fixture.reopen();

    assertThat(fixture.all()).isEqualTo(before).hasSize(20);
  }

  @Test
  void aDisk_withoutSpaceForRoom_takesGroupsAsLongAsTheyFit() throws IOException {
    disk.free(4_000);
    for (int i = 0; i < 100; i++) {
      fixture.insert();
    }

    fixture.reopen();

    assertThat(fixture.all()).hasSize(100);
  }
}
