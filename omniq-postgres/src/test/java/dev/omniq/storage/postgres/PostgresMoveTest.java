package dev.omniq.storage.postgres;

import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.MoveContract;

class PostgresMoveTest extends MoveContract {
  @Override
  protected DurableHome home() {
    return new PostgresHome();
  }
}
