package dev.omniq.storage.postgres;

import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.MoveContract;
import org.junit.jupiter.api.Timeout;

/** Each interruption is tried on two schemas of its own: dozens in one test. */
@Timeout(600)
class PostgresMoveTest extends MoveContract {
  PostgresMoveTest() {
    super(3);
  }

  @Override
  protected DurableHome home() {
    return new PostgresHome();
  }
}
