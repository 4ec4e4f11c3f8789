package dev.omniq.storage.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for wake-ups on a connection and a thread of its own, from when there is anybody to wake:
 * in a process without a worker each of its own calls would wake two threads for nothing. A lost
 * connection is replaced, after pauses that grow, and then everybody is woken once, for something
 * may have been missed. Of a pool that was closed meanwhile anything may be thrown. A silent one is
 * asked for the time now and then: that shows that it lives, and sets the clock.
 */
final class Ear implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ear.class);

  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

  private final Source source;
  private final Schema schema;
  private final Clock clock;
  private final WakeUpCalls wakeUps;
  private final Thread thread;
  private final CountDownLatch wanted = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Connection connection;

  /** Before the next connection; only this thread looks at it. */
  private Duration pause = FIRST_PAUSE;

  /** Where the connection comes from. */
  @FunctionalInterface
  interface Source {
    Connection open() throws SQLException;

    /** Ends a connection that another thread waits on. */
    default void end(Connection connection) throws SQLException {
      connection.abort(Runnable::run);
    }
  }

  Ear(Source source, Schema schema, Clock clock, WakeUpCalls wakeUps) {
    this.source = source;
    this.schema = schema;
    this.clock = clock;
    this.wakeUps = wakeUps;
    thread = new Thread(this::listen, "omniq-listener " + schema.name());
    thread.setDaemon(true);
    thread.start();
  }

  private void listen() {
    while (!isClosing(Duration.ZERO)) {
      try (Connection opened = source.open()) {
        connection = opened;
        awaitSomebody(opened);
        if (isClosing(Duration.ZERO)) {
          return; // a pool would warn of a connection that broke
        }
        subscribe(opened);
        wakeUps.missed();
        pause = FIRST_PAUSE;
        hear(opened);
      } catch (SQLException | RuntimeException e) {
        if (isClosing(Duration.ZERO)) {
          return;
        }
        LOG.info(
            "Lost the connection for wake-ups; polling goes on, connecting again in {}: {}",
            pause,
            e.getMessage());
        if (isClosing(pause)) {
          return;
        }
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : next;
      }
    }
  }

  /** From now on there is somebody to wake. */
  void begin() {
    wanted.countDown();
  }

  private void awaitSomebody(Connection opened) throws SQLException {
    while (!comes(wanted, SILENCE)) {
      askForTheTime(opened);
      pause = FIRST_PAUSE;
    }
  }

  private void subscribe(Connection opened) throws SQLException {
    try (Statement statement = opened.createStatement()) {
      statement.execute("LISTEN \"" + schema.channel().replace("\"", "\"\"") + "\"");
    }
  }

  private void hear(Connection opened) throws SQLException {
    PGConnection driver = opened.unwrap(PGConnection.class);
    while (!isClosing(Duration.ZERO)) {
      PGNotification[] heard = driver.getNotifications((int) SILENCE.toMillis());
      if (heard == null || heard.length == 0) {
        askForTheTime(opened);
        continue;
      }
      for (PGNotification notification : heard) {
        wakeUps.received(notification.getParameter());
      }
    }
  }

  private void askForTheTime(Connection opened) throws SQLException {
    long before = clock.local();
    try (Statement statement = opened.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + clock.now())) {
      row.next();
      clock.sampled(row.getLong(1), before);
    }
  }

  private boolean isClosing(Duration wait) {
    return comes(closing, wait);
  }

  private static boolean comes(CountDownLatch event, Duration wait) {
    try {
      return event.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true; // nobody interrupts this thread but to end it
    }
  }

  /** Closing the connection ends the wait on it. */
  @Override
  public void close() {
    closing.countDown();
    wanted.countDown();
    Connection open = connection;
    if (open != null) {
      try {
        source.end(open);
      } catch (SQLException e) {
        LOG.debug("The connection for wake-ups could not be closed", e);
      }
    }
  }
}
