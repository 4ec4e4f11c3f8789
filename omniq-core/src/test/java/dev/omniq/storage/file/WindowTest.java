package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final Random random = new Random(7);
  private byte[] content = new byte[0];

  private Window window(int size) throws IOException {
    content = new byte[size];
    random.nextBytes(content);
    DiskFile file = disk.open(Path.of("file"));
    file.write(ByteBuffer.wrap(content), 0);
    return new Window(file);
  }

  private void assertShows(Window window, int offset, int length) throws IOException {
    assertThat(window.bytes(offset, length)).isEqualTo(ByteBuffer.wrap(content, offset, length));
  }

  @Test
  void bytes_anywhere_areThoseOfTheFile() throws IOException {
    Window window = window(500_000);
    for (int i = 0; i < 5_000; i++) {
      int length = random.nextInt(random.nextInt(10) == 0 ? 100_000 : 100);
      assertShows(window, random.nextInt(content.length - length + 1), length);
    }
  }

  @Test
  void bytes_upAndDown_areReadOnceOrLittleMore() throws IOException {
    Window window = window(500_000);
    for (int at = 0; at + 72 <= content.length; at += 72) {
      assertShows(window, at, 72);
    }
    assertThat(disk.bytesRead()).isLessThan(content.length + content.length / 10);
    for (int at = content.length - 72; at >= 0; at -= 72) {
      assertShows(window, at, 72);
    }
    assertThat(disk.bytesRead()).isLessThan(2 * (content.length + content.length / 10));
  }

  @Test
  void bytes_behindTheEnd_areRefused() throws IOException {
    Window window = window(1_000);

    assertShows(window, 990, 10);
    assertThatThrownBy(() -> window.bytes(990, 11)).isInstanceOf(EOFException.class);
  }

  @Test
  void line_ofAnyLength_isFoundInAnyOrder() throws IOException {
    Window window = window(600_000);
    List<Integer> starts = new ArrayList<>();
    Arrays.fill(content, (byte) 'x');
    for (int at = 0; at < content.length; ) {
      starts.add(at);
      at += 1 + random.nextInt(random.nextInt(20) == 0 ? 150_000 : 500);
      content[Math.min(at, content.length) - 1] = '\n';
    }
    disk.replace(Path.of("file"), content);
    Collections.shuffle(starts, random);

    for (int start : starts) {
      int end = start;
      while (content[end] != '\n') {
        end++;
      }
      assertThat(window.line(start)).isEqualTo(ByteBuffer.wrap(content, start, end - start));
    }
  }

  @Test
  void line_withoutAnEnd_isRefused() throws IOException {
    Window window = window(10);
    disk.replace(Path.of("file"), new byte[10_000]);

    assertThatThrownBy(() -> window.line(3)).isInstanceOf(EOFException.class);
  }
}
