package dev.omniq.storage.sqlite;

import dev.omniq.testkit.TransactionContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

class SqliteTransactionTest extends TransactionContract {
  @TempDir Path directory;

  @Override
  protected String url() {
    return "sqlite:" + directory.resolve("shop.db");
  }

  /** As a program should connect: it waits for other writers. */
  @Override
  protected Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:" + directory.resolve("shop.db") + "?busy_timeout=30000");
  }
}
