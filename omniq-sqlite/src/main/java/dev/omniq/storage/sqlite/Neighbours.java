package dev.omniq.storage.sqlite;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
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
 * Notices what other processes do with the file, while somebody wants to be woken. Every commit
 * writes to the log beside the file, so the time of its last change is looked at often, on the
 * timer's thread. When it has moved, SQLite is asked whether another connection has committed, and
 * if one has, the table of transitions is read.
 *
 * <p>The file's attributes are read by its name. Never open a file of SQLite's here: when any
 * handle of it is closed, the operating system takes all locks of this process away.
 */
final class Neighbours implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

  /** Half of it is how late a task of another process starts, on average. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(25);

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

  private final Path log;
  private final boolean logTellsTime =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private volatile boolean closed;
  private long loggedAt;
  private boolean justMoved;
  private @Nullable Connection connection;
  private @Nullable Sql sql;
  private long version;
  private long position;

  Neighbours(SqliteFile file, TimeSource time, WakeUpListeners listeners) {
    this.file = file;
    this.time = time;
    this.listeners = listeners;
    log = log(file.path());
    lookLater();
  }

  /** SQLite has it beside the file itself, whatever links lead there. */
  private static Path log(Path database) {
    Path path = database.toAbsolutePath();
    try {
      path = path.toRealPath();
    } catch (IOException e) {
      LOG.debug("{} has no real path", path, e);
    }
    return Path.of(path + "-wal");
  }

  private void lookLater() {
    time.schedule(
        LOOK_EVERY,
        () -> {
          try {
            // On the other thread, or a clock that is moved by hand would never come to an end.
            thread.execute(closed || mayHaveMoved() ? this::lookAndGoOn : this::lookLater);
          } catch (RejectedExecutionException e) {
            LOG.trace("closed meanwhile", e);
          }
        });
  }

  /**
   * Whether anybody may have committed since the last look. Times of files move in steps of up to
   * ten milliseconds, so a commit may have the time of the one before it, which was seen already:
   * the look after a change is followed by another. Where times are whole seconds, or are noted
   * late, as on Windows, they say nothing.
   */
  private boolean mayHaveMoved() {
    if (!listeners.any()) {
      return false;
    }
    if (!logTellsTime) {
      return true;
    }
    boolean movedBefore = justMoved;
    try {
      Instant changed = Files.getLastModifiedTime(log).toInstant();
      long at = changed.getEpochSecond() * 1_000_000_000L + changed.getNano();
      justMoved = at != loggedAt || changed.getNano() == 0;
      loggedAt = at;
    } catch (IOException e) {
      LOG.trace("no log at the moment", e);
      justMoved = true;
    }
    return justMoved || movedBefore;
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
