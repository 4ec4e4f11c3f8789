package dev.omniq.storage.sqlite;

import dev.omniq.testkit.Simulator;
import org.junit.jupiter.api.Test;

class SqliteSimulationTest {
  @Test
  void store_equalsTheModel_throughRandomCallsCrashesAndReopenings() {
    Simulator.run(seed -> new SqliteHome());
  }
}
