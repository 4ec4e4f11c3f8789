package dev.omniq.storage;

import dev.omniq.task.OmniQException;
import dev.omniq.task.TimeSource;
import java.util.List;
import java.util.ServiceLoader;

/** How a module brings a store: found by {@link ServiceLoader}. */
public interface StoreProvider {

  /** Whether this module's stores have URLs like this. */
  boolean accepts(String url);

  /**
   * Opens a store.
   *
   * @throws dev.omniq.task.StorageException if it cannot be opened; the message says why
   */
  TaskStore open(String url, TimeSource time);

  /**
   * The scripts that bring the store's tables from nothing to version 1, from there to version 2
   * and so on, for those who let nobody else change their database; none, the default, for a store
   * that is a program's own. Touches no store.
   */
  default List<String> migrations(String url) {
    return List.of();
  }

  /**
   * The module for a URL. Never another store instead of the one that was asked for.
   *
   * @param module what to add to the class path if it is not there
   * @throws OmniQException if it is not there
   */
  static StoreProvider of(String url, String module) {
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      if (provider.accepts(url)) {
        return provider;
      }
    }
    throw new OmniQException(
        "no store for '%s' is on the class path; add the dependency dev.omniq:%s"
            .formatted(url, module));
  }
}
