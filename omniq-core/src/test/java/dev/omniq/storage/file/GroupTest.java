package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupTest {
  @TempDir private Path directory;
  private final JsonBuffer out = new JsonBuffer();
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = directory.resolve("file");
  }

  /** Appends a group with some lines to the buffer. */
  private void group(int lines, long forced) {
    int start = out.size();
    for (int i = 0; i < lines; i++) {
      LineWriter.open(out, i, Instant.EPOCH);
    }
    GroupFormat.seal(out, start, lines, forced);
  }

  private byte[] written() {
    byte[] bytes = new byte[out.size()];
    System.arraycopy(out.array(), 0, bytes, 0, bytes.length);
    return bytes;
  }

  private GroupReader reader(byte[] bytes) throws IOException {
    Files.write(path, bytes);
    return new GroupReader(Disk.system().openToRead(path), 0);
  }

  @Test
  void seal_endsTheGroupWithATrailerForPeople() {
    group(2, 77);

    assertThat(new String(written(), StandardCharsets.UTF_8))
        .matches(
            "(?s).*\n\\{\"lines\":2,\"bytes\":[0-9]+,\"forced\":77,\"crc32c\":\"[0-9a-f]{8}\"}\n");
  }

  @Test
  void next_readsGroupsInTheirOrder() throws IOException {
    group(2, 0);
    int second = out.size();
    group(3, 50);
    GroupReader reader = reader(written());

    assertThat(reader.next()).isTrue();
    assertThat(reader.start()).isZero();
    assertThat(reader.end()).isEqualTo(second);
    assertThat(reader.next()).isTrue();
    assertThat(reader.start()).isEqualTo(second);
    assertThat(reader.end()).isEqualTo(out.size());
    assertThat(reader.forced()).isEqualTo(50);
    assertThat(reader.lineCount()).isEqualTo(3);
    assertThat(reader.next()).isFalse();
    assertThat(reader.atEnd()).isTrue();
  }

  @Test
  void forEachLine_tellsWhereEachBegins() throws IOException {
    group(1, 0);
    group(2, 0);
    GroupReader reader = reader(written());
    List<Long> owners = new ArrayList<>();

    while (reader.next()) {
      reader.forEachLine(
          (bytes, start, length, offset) -> {
            assertThat(ByteBuffer.wrap(bytes, start, length))
                .isEqualTo(ByteBuffer.wrap(written(), (int) offset, length));
            owners.add(((Line.Open) LineReader.read(bytes, start, length)).owner());
          });
    }

    assertThat(owners).containsExactly(0L, 0L, 1L);
  }

  @Test
  void lines_tellWhereEachBeginsAndHowLongItIs() throws IOException {
    group(1, 0);
    group(2, 0);
    GroupReader reader = reader(written());
    List<Long> owners = new ArrayList<>();

    while (reader.next()) {
      try (LineReader lines = reader.lines()) {
        while (lines.hasNext()) {
          Line line = lines.next();
          int offset = (int) reader.offset(lines);
          assertThat(LineReader.read(written(), offset, lines.length())).isEqualTo(line);
          assertThat(written()[offset + lines.length()]).isEqualTo((byte) '\n');
          owners.add(((Line.Open) line).owner());
        }
      }
    }

    assertThat(owners).containsExactly(0L, 0L, 1L);
  }

  @Test
  void next_ofGroupsLargerThanTheWindow_readsThem() throws IOException {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      ids.add(TaskId.next(Instant.EPOCH));
    }
    for (int i = 0; i < 3; i++) {
      int start = out.size();
      LineWriter.delete(out, ids);
      GroupFormat.seal(out, start, 1, 0);
    }
    GroupReader reader = reader(written());
    List<Line> lines = new ArrayList<>();

    while (reader.next()) {
      try (LineReader group = reader.lines()) {
        lines.add(group.next());
        assertThat(group.hasNext()).isFalse();
      }
    }

    assertThat(lines).hasSize(3).allMatch(new Line.Delete(ids)::equals);
  }

  @Test
  void next_ofAGroupTornAtAnyByte_stopsBeforeIt() throws IOException {
    group(1, 0);
    int good = out.size();
    group(2, 0);
    for (int cut = good; cut < out.size(); cut++) {
      GroupReader reader = reader(java.util.Arrays.copyOf(written(), cut));

      assertThat(reader.next()).isTrue();
      assertThat(reader.next()).as("torn at byte %d", cut).isFalse();
      assertThat(reader.end()).isEqualTo(good);
      assertThat(reader.skipDamage()).isFalse();
    }
  }

  @Test
  void next_ofAGroupWithAnyByteFlipped_stopsBeforeItAndSkipsToTheNext() throws IOException {
    group(1, 0);
    int bad = out.size();
    group(2, 0);
    int later = out.size();
    group(1, 11);
    group(1, 12);
    for (int at = bad; at < later; at++) {
      byte[] bytes = written();
      bytes[at] ^= 0x01;
      GroupReader reader = reader(bytes);

      assertThat(reader.next()).isTrue();
      assertThat(reader.next()).as("byte %d flipped", at).isFalse();
      assertThat(reader.end()).isEqualTo(bad);
      assertThat(reader.atEnd()).isFalse();
      assertThat(reader.skipDamage()).isTrue();
      assertThat(reader.forced()).isGreaterThanOrEqualTo(11);
    }
  }

  @Test
  void skipDamage_overALostPage_findsTheGroupsBehind() throws IOException {
    group(1, 0);
    int bad = out.size();
    group(200, 0);
    int later = out.size();
    group(1, 33);
    byte[] bytes = written();
    java.util.Arrays.fill(bytes, 4096, 8192, (byte) 0);
    GroupReader reader = reader(bytes);

    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isFalse();
    assertThat(reader.end()).isEqualTo(bad);
    assertThat(reader.skipDamage()).isTrue();
    assertThat(reader.start()).isEqualTo(later);
    assertThat(reader.forced()).isEqualTo(33);
    assertThat(reader.next()).isFalse();
  }

  @Test
  void next_overZeros_stops() throws IOException {
    group(1, 0);
    int good = out.size();
    GroupReader reader = reader(java.util.Arrays.copyOf(written(), good + 1_000_000));

    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isFalse();
    assertThat(reader.end()).isEqualTo(good);
    assertThat(reader.skipDamage()).isFalse();
  }

  @Test
  void next_ofAGroupThatLacksALineButKeepsItsTrailer_stops() throws IOException {
    group(2, 0);
    byte[] whole = written();
    byte[] short60 = java.util.Arrays.copyOfRange(whole, 60, whole.length);

    assertThat(reader(short60).next()).isFalse();
  }
}
