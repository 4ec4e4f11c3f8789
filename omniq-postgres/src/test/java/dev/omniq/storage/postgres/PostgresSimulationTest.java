package dev.omniq.storage.postgres;

import dev.omniq.testkit.Simulator;
import org.junit.jupiter.api.Test;

class PostgresSimulationTest {
  @Test
  void store_equalsTheModel_throughRandomCallsCrashesAndReopenings() {
    Simulator.run(seed -> new PostgresHome());
  }
}
