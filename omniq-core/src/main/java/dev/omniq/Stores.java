package dev.omniq;

import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.shared.SharedFileStore;
import dev.omniq.storage.file.shared.SharedStoreOptions;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;

/** Opens the store that settings name: the composition root of storage. */
final class Stores {
  private Stores() {}

  static TaskStore open(Settings settings) {
    TimeSource time = settings.timeSource();
    return switch (settings.backend()) {
      case FILE -> fileStore(settings.baseDir(), time);
      case MEMORY -> new MemoryStore(time);
      case SQLITE -> provided("omniq-sqlite", settings.dbUrl().orElseThrow(), time);
      case POSTGRES -> provided("omniq-postgres", settings.dbUrl().orElseThrow(), time);
    };
  }

  private static TaskStore fileStore(Path directory, TimeSource time) {
    SharedStoreOptions options = SharedStoreOptions.defaults();
    return SharedFileStore.open(directory, options.file(options.file().time(time)));
  }

  private static TaskStore provided(String module, String url, TimeSource time) {
    return StoreProvider.of(url, module).open(url, time);
  }
}
