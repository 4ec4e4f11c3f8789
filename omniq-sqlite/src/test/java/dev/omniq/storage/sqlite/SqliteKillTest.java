package dev.omniq.storage.sqlite;

import dev.omniq.testkit.kill.KillContract;
import java.nio.file.Path;

class SqliteKillTest extends KillContract {
  @Override
  protected String url(Path directory) {
    return "sqlite:" + directory.resolve("store.db");
  }
}
