package dev.omniq.storage.postgres;

import dev.omniq.storage.StoreProvider;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;
import java.util.List;

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

  @Override
  public List<String> migrations(String url) {
    return PostgresStore.migrations(PostgresUrl.parse(url).options().schema());
  }
}
