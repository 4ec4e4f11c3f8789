package dev.omniq.storage.postgres;

import dev.omniq.testkit.Simulator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PostgresSimulationTest {
  /** Each life of a store opens a schema, which takes a busy server its time. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void store_equalsTheModel_throughRandomCallsCrashesAndReopenings() {
    Simulator.run(seed -> new PostgresHome());
  }
}
