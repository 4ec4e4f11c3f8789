package dev.omniq.storage.postgres;

import dev.omniq.testkit.TransactionContract;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

class PostgresTransactionTest extends TransactionContract {
  private final String schema = Server.newSchema();

  @Override
  protected String url() {
    return Server.url(schema);
  }

  @Override
  protected Connection connect() throws SQLException {
    return Server.connect();
  }

  @AfterEach
  void dropSchema() throws SQLException {
    Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }
}
