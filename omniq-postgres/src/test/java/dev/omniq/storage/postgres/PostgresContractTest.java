package dev.omniq.storage.postgres;

import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.DurableStorageContract;

class PostgresContractTest extends DurableStorageContract {
  @Override
  protected DurableHome home() {
    return new PostgresHome();
  }
}
