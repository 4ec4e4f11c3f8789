package dev.omniq;

import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.OmniQException;
import dev.omniq.task.TimeSource;
import java.util.ServiceLoader;

/** Opens the store that settings name: the composition root of storage. */
final class Stores {
  private Stores() {}

  static TaskStore open(Settings settings) {
    TimeSource time = settings.timeSource();
    return switch (settings.backend()) {
      case FILE -> FileStore.open(settings.baseDir(), FileStoreOptions.defaults().time(time));
      case MEMORY -> new MemoryStore(time);
      case SQLITE -> provided("omniq-sqlite", settings.dbUrl().orElseThrow(), time);
      case POSTGRES -> provided("omniq-postgres", settings.dbUrl().orElseThrow(), time);
    };
  }

  /** Never another store instead of the one that was asked for. */
  private static TaskStore provided(String module, String url, TimeSource time) {
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      if (provider.accepts(url)) {
        return provider.open(url, time);
      }
    }
    throw new OmniQException(
        "no store for '%s' is on the class path; add the dependency dev.omniq:%s"
            .formatted(url, module));
  }
}
