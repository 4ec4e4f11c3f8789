package dev.omniq.storage.postgres;

import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;

/** Brings {@code jdbc:postgresql:…}. */
public final class PostgresProvider implements StoreProvider {

  /** Made by {@link java.util.ServiceLoader}. */
  public PostgresProvider() {}

  @Override
  public boolean accepts(String url) {
    return url.startsWith(PostgresUrl.PREFIX);
  }

  @Override
  public TaskStore open(String url, TimeSource time) {
    return PostgresStore.open(url, time);
  }
}
