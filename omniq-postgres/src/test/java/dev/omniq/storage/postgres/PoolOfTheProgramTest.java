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
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
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

  @Test
  void close_whenTheDatabaseIsGone_waitsForAConnectionAtMostOnceForWritesAndForReads()
      throws Exception {
    var source = new Vanishing();
    source.setUrl(Server.url());
    var store =
        PostgresStore.open(
            source, PostgresOptions.defaults().schema(schema).listen(false), TimeSource.system());
    source.gone = true;
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      NewTask task =
          NewTask.first(TaskId.next(Instant.EPOCH), TaskSpec.of("known", "[]"), Due.now());
      calls.add(store.insert(List.of(task)));
      calls.add(store.find(task.id()));
    }
    var closing = new Thread(store::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING && closing.isAlive()) {
      Thread.onSpinWait();
    }
    source.patience.countDown();
    closing.join();

    assertThat(calls).allMatch(CompletableFuture::isDone);
    assertThat(calls.get(9_998)).isCompletedExceptionally();
    assertThat(source.waited).hasValueLessThanOrEqualTo(2);
  }

  /** When it is gone, who asks for a connection waits, and gets none. */
  private static final class Vanishing extends PGSimpleDataSource {
    private final transient CountDownLatch patience = new CountDownLatch(1);
    private final AtomicInteger waited = new AtomicInteger();
    private volatile boolean gone;

    @Override
    public Connection getConnection() throws SQLException {
      if (!gone) {
        return super.getConnection();
      }
      waited.incrementAndGet();
      try {
        patience.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      throw new SQLException("nobody answers");
    }
  }

  private static final class Deaf implements WakeUps.Listener {
    @Override
    public void due() {}

    @Override
    public void revoked(List<ClaimToken> tokens) {}
  }
}
