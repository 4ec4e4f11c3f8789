package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of the lanes of a file. */
class LanesTest {
  private static final LaneKey MAIL = new LaneKey("default", "mail", 0, false);
  private static final LaneKey REPORT = new LaneKey("default", "report", 0, false);
  private static final ClaimRequest REQUEST =
      new ClaimRequest(
          new ClaimToken("worker", 1),
          10,
          List.of(new QueueLimit("default", 10)),
          Set.of("mail", "report"),
          1,
          Duration.ofMinutes(1));

  @TempDir Path directory;

  private final Lanes lanes = new Lanes();
  private SqliteConnections connections;
  private Connection connection;
  private Sql sql;

  @BeforeEach
  void open() throws SQLException {
    String url = "sqlite:" + directory.resolve("omniq.db");
    SqliteStore.open(url, TimeSource.system()).close();
    connections = new SqliteConnections(SqliteFile.parse(url));
    connection = connections.take();
    sql = connections.sql(connection);
  }

  @AfterEach
  void close() {
    connections.close();
  }

  @Test
  void laneThatWasRolledBack_leavesItsNumberToTheNext() throws SQLException {
    connections.begin(connection);
    var rolledBack = Transaction.own(connection);
    int number = lanes.id(rolledBack, sql, MAIL);
    assertThat(lanes.of(rolledBack, sql, REQUEST)).containsExactly(new Lanes.Lane(number, MAIL));
    connections.rollBack(connection);

    connections.begin(connection);
    var committed = Transaction.own(connection);
    assertThat(lanes.id(committed, sql, REPORT)).isEqualTo(number);
    connections.commit(connection);
    committed.committed();
    var claim = Transaction.autocommit(connection);
    assertThat(lanes.of(claim, sql, REQUEST)).containsExactly(new Lanes.Lane(number, REPORT));
    claim.committed();

    assertThat(lanes.key(number)).contains(REPORT);
  }
}
