package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir Path directory;

  @Test
  void tryAcquire_ofAFreeDirectory_acquires_andSaysWho() throws Exception {
    try (var lock = new DirectoryLock(directory)) {
      assertThat(lock.tryAcquire()).isTrue();
    }
    assertThat(Files.readString(directory.resolve("LOCK")))
        .isEqualTo(ProcessHandle.current().pid() + "\n");
  }

  @Test
  void tryAcquire_whereAnotherCopyOfTheLibraryOwns_doesNotTouchTheFile() throws Exception {
    String property = "dev.omniq.owns:" + directory; // as the other copy would set it
    System.setProperty(property, "true");
    try {
      var lock = new DirectoryLock(directory);

      assertThat(lock.tryAcquire()).isFalse();
      assertThat(lock.holder()).contains("another copy of the library");
      assertThat(directory.resolve("LOCK")).doesNotExist();
      assertThat(System.getProperty(property)).isEqualTo("true");
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void close_givesTheLockBack() throws Exception {
    var first = new DirectoryLock(directory);
    assertThat(first.tryAcquire()).isTrue();
    var second = new DirectoryLock(directory);
    assertThat(second.tryAcquire()).isFalse();

    first.close();

    assertThat(second.tryAcquire()).isTrue();
    second.close();
  }
}
