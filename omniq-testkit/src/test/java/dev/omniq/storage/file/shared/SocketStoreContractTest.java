package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.StorageContract;
import dev.omniq.testkit.StoreHome;

/** A store at the other end of a socket keeps the contract. */
class SocketStoreContractTest extends StorageContract {
  @Override
  protected StoreHome home() {
    return new StoreHome() {
      private ServedHome served;

      @Override
      public TaskStore open(TimeSource time) {
        served = new ServedHome(new MemoryStore(time));
        return served.client(time);
      }

      @Override
      public void demolish() {
        served.close();
      }
    };
  }
}
