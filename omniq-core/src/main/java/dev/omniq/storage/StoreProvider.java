package dev.omniq.storage;

import dev.omniq.task.TimeSource;

/** How a module brings a store: found by {@link java.util.ServiceLoader}. */
public interface StoreProvider {

  /** Whether this module's stores have URLs like this. */
  boolean accepts(String url);

  /**
   * Opens a store.
   *
   * @throws dev.omniq.task.StorageException if it cannot be opened; the message says why
   */
  TaskStore open(String url, TimeSource time);
}
