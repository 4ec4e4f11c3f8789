package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.jdbc.JdbcStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which processes listen for the calls of others. */
class EarTest {
  private final String schema = Server.newSchema();
  private final Semaphore wakeUps = new Semaphore(0);
  private JdbcStore store;

  @BeforeEach
  void open() {
    store = PostgresStore.open(Server.url(schema), TimeSource.system());
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    Server.execute("DROP SCHEMA " + schema + " CASCADE");
  }

  @Test
  void store_thatHasNobodyToWake_doesNotListen() throws Exception {
    insert(store);
    assertThat(listening()).isEqualTo("0");

    store.subscribe(new Counting());
    awaitWakeUp(); // once, for what it may have missed

    assertThat(listening()).isEqualTo("1");
  }

  @Test
  void listener_hearsOfWhatOtherProcessesStore() throws Exception {
    store.subscribe(new Counting());
    awaitWakeUp();

    try (JdbcStore other = PostgresStore.open(Server.url(schema), TimeSource.system())) {
      insert(other);
      awaitWakeUp();
    }
  }

  @Test
  void close_whenNobodyWasToBeWoken_asksNothingOfTheConnectionThatItEnds() throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    var opened = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    Connection real = Server.connect();
    var watched =
        (Connection)
            Proxy.newProxyInstance(
                EarTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName());
                  if (method.getName().equals("close")) {
                    closed.countDown();
                  }
                  return method.invoke(real, arguments);
                });
    Ear ear =
        new Ear(
            () -> {
              opened.countDown();
              return watched;
            },
            new Schema(schema),
            Clock.of(TimeSource.system()),
            new WakeUpCalls(new WakeUpListeners(), TimeSource.system()));
    assertThat(opened.await(60, TimeUnit.SECONDS)).isTrue();

    ear.close();

    assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(calls).doesNotContain("createStatement");
  }

  private final class Counting implements WakeUps.Listener {
    @Override
    public void due() {
      wakeUps.release();
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {}
  }

  private void awaitWakeUp() throws InterruptedException {
    assertThat(wakeUps.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void insert(JdbcStore store) {
    var spec = TaskSpec.of("known", "[]");
    store.insert(List.of(NewTask.first(TaskId.next(Instant.now()), spec, Due.now()))).join();
  }

  /** How many connections have last asked to hear the calls of this schema. */
  private String listening() throws SQLException {
    return Server.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN \"%s\"'"
            .formatted(new Schema(schema).channel()));
  }
}
