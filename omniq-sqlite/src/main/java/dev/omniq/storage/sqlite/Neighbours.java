package dev.omniq.storage.sqlite;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what other processes do with the file, while somebody wants to be woken. SQLite counts
 * the commits in memory that all processes share; to look at that number takes a few microseconds
 * and no lock, so it is looked at often, and the table of transitions is read only when it has
 * moved.
 */
final class Neighbours implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

  /** Half of it is how late a task of another process starts, on average. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private final SqliteFile file;
  private final TimeSource time;
  private final WakeUpListeners listeners;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            var made = new Thread(work, "omniq-neighbours");
            made.setDaemon(true);
            return made;
          });

  private volatile boolean closed;
  private @Nullable Connection connection;
  private @Nullable Sql sql;
  private long version;
  private long position;

  Neighbours(SqliteFile file, TimeSource time, WakeUpListeners listeners) {
    this.file = file;
    this.time = time;
    this.listeners = listeners;
    lookLater();
  }

  private void lookLater() {
    time.schedule(
        LOOK_EVERY,
        () -> {
          try {
            thread.execute(this::lookAndGoOn);
          } catch (RejectedExecutionException e) {
            LOG.trace("closed meanwhile", e);
          }
        });
  }

  private void lookAndGoOn() {
    try {
      if (!closed && listeners.any()) {
        look();
      }
    } catch (SQLException | RuntimeException e) {
      LOG.debug("Other processes' changes could not be looked at; polling finds them", e);
      disconnect();
    }
    if (!closed) {
      lookLater();
    }
  }

  private void look() throws SQLException {
    Sql open = sql;
    if (open == null) {
      open = connect();
    }
    long now = open.first("PRAGMA data_version", row -> row.getLong(1)).orElse(0L);
    if (now != version) {
      version = now;
      tell(open);
    }
  }

  /** The first look finds where the others are; what came before is found by polling. */
  private Sql connect() throws SQLException {
    Connection opened = file.connect();
    Sql made = new Sql(opened);
    connection = opened;
    sql = made;
    version = made.first("PRAGMA data_version", row -> row.getLong(1)).orElse(0L);
    position = made.first("SELECT max(last) FROM omniq_change", row -> row.getLong(1)).orElse(0L);
    listeners.due();
    return made;
  }

  private void tell(Sql open) throws SQLException {
    List<ClaimToken> revoked = new ArrayList<>();
    List<Boolean> waits =
        open.list(
            "SELECT last, waits, revoked FROM omniq_change WHERE last > ? ORDER BY last",
            row -> {
              position = row.getLong(1);
              revoked.addAll(Journal.readRevoked(Optional.ofNullable(row.getString(3))));
              return row.getBoolean(2);
            },
            position);
    if (waits.contains(true)) {
      listeners.due();
    }
    listeners.revoked(revoked);
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    sql = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("A connection could not be closed", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.execute(this::disconnect);
    thread.shutdown();
  }
}
