package dev.omniq.storage.sqlite;

import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.DurableStorageContract;

class SqliteContractTest extends DurableStorageContract {
  @Override
  protected DurableHome home() {
    return new SqliteHome();
  }
}
