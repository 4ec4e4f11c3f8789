package dev.omniq.storage.postgres;

import dev.omniq.testkit.kill.KillContract;
import java.nio.file.Path;

class PostgresKillTest extends KillContract {
  @Override
  protected String url(Path directory) {
    return Server.url(Server.newSchema());
  }
}
