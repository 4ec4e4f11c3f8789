package dev.omniq.storage.sqlite;

import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;

/** Brings {@code sqlite:FILE}. */
public final class SqliteProvider implements StoreProvider {

  /** Made by {@link java.util.ServiceLoader}. */
  public SqliteProvider() {}

  @Override
  public boolean accepts(String url) {
    return url.startsWith(SqliteFile.SCHEME);
  }

  @Override
  public TaskStore open(String url, TimeSource time) {
    return SqliteStore.open(url, time);
  }
}
