package dev.omniq.storage.memory;

import dev.omniq.testkit.StorageContract;
import dev.omniq.testkit.StoreHome;

class MemoryStoreTest extends StorageContract {
  @Override
  protected StoreHome home() {
    return MemoryStore::new;
  }
}
