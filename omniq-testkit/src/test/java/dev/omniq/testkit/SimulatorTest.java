package dev.omniq.testkit;

import dev.omniq.storage.memory.MemoryStore;
import org.junit.jupiter.api.Test;

/** The stores of the core beside the model; see {@link Simulator} for its properties. */
class SimulatorTest {

  @Test
  void memoryStore_doesWhatTheModelDoes() {
    Simulator.run(seed -> MemoryStore::new);
  }

  @Test
  void model_doesWhatItDidBeforeEachReopening() {
    Simulator.run(seed -> new ModelHome());
  }

  @Test
  void fileStore_doesWhatTheModelDoes_throughKills() {
    Simulator.run(seed -> new FileStoreHome(seed, 20_000, false));
  }

  @Test
  void fileStore_doesWhatTheModelDoes_throughPowerCuts() {
    Simulator.run(seed -> new FileStoreHome(seed, 20_000, true));
  }
}
