package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a store does to a pool that is not its own. */
class PoolOfTheProgramTest {
  private final String schema = Server.newSchema();
  private final Logger logger = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");
  private final Level usual = logger.getLevel();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @AfterEach
  void cleanUp() throws SQLException {
    logger.detachAppender(log);
    logger.setLevel(usual);
    Server.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }

  @Test
  void close_givesAllConnectionsBack_withoutAWarning() throws Exception {
    var config = new HikariConfig();
    config.setJdbcUrl(Server.url());
    config.setAutoCommit(false);
    try (var pool = new HikariDataSource(config)) {
      var store =
          PostgresStore.open(pool, PostgresOptions.defaults().schema(schema), TimeSource.system());
      store.subscribe(new Deaf());
      String listening =
          "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' AND query LIKE 'LISTEN %"
              + schema
              + "%'";
      while (!Server.ask(listening).equals("1")) {
        Thread.onSpinWait();
      }
      log.start();
      logger.addAppender(log);
      logger.setLevel(Level.WARN);

      store.close();

      while (pool.getHikariPoolMXBean().getActiveConnections() > 0) {
        Thread.onSpinWait();
      }
      assertThat(log.list)
          .filteredOn(each -> each.getLevel().isGreaterOrEqual(Level.WARN))
          .isEmpty();
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.getAutoCommit()).isFalse();
      }
    }
  }

  private static final class Deaf implements WakeUps.Listener {
    @Override
    public void due() {}

    @Override
    public void revoked(List<ClaimToken> tokens) {}
  }
}
