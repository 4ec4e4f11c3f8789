package dev.omniq.storage.sqlite;

import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.MoveContract;

/** Tasks can be moved from one SQLite file to another, whatever interrupts that. */
class SqliteMoveTest extends MoveContract {
  SqliteMoveTest() {
    super(3);
  }

  @Override
  protected DurableHome home() {
    return new SqliteHome();
  }
}
