package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.StorageContract;
import dev.omniq.testkit.StoreHome;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The store of a directory that this process owns keeps the contract. */
class SharedFileStoreContractTest extends StorageContract {
  private static int homes;

  @TempDir static Path directory;

  @Override
  protected StoreHome home() {
    Path own = directory.resolve("home" + homes++);
    return time -> open(own, time);
  }

  private static TaskStore open(Path directory, TimeSource time) {
    return SharedFileStore.open(
        directory, SharedStoreOptions.defaults().file(FileStoreOptions.defaults().time(time)));
  }
}
