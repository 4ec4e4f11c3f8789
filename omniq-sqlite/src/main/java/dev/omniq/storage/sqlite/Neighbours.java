package dev.omniq.storage.sqlite;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.task.ClaimToken;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what other processes do with the file, while somebody wants to be woken. Every commit
 * writes to the log beside the file, so the time of its last change is looked at often. When it has
 * moved, SQLite is asked whether another connection has committed, and if one has, the table of
 * transitions is read. When nobody has written for a while, the looks give way to a {@link
 * DirectoryWatch}, which costs nothing, and a rare look in case it is told nothing. While nobody
 * wants to be woken, there is neither: a process that only enqueues would be told of its own
 * writes.
 *
 * <p>The file's attributes are read by its name. Never open a file of SQLite's here: when any
 * handle of it is closed, the operating system takes all locks of this process away.
 */
final class Neighbours implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

  /** Half of it is how late a task of another process starts, on average. */
  private static final long LOOK_EVERY_MILLIS = 25;

  /** A change of the log is followed by so many looks: a sync of 200 ms is a slow one. */
  private static final int UNSETTLED_LOOKS = 8;

  /** After so many looks in vain, there is a watch instead. */
  private static final int QUIET_LOOKS = 4;

  /** How late the task of another process starts at worst, where changes are not told. */
  private static final Duration WATCH_AT_MOST = Duration.ofMillis(250);

  /** The same where a change was told once: then this is but in case one is missed. */
  private static final Duration TRUSTED_WATCH_AT_MOST = Duration.ofSeconds(2);

  private final SqliteFile file;
  private final WakeUpListeners listeners;
  private final Path log;
  private final DirectoryWatch watch;
  private final boolean logTellsTime =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  /** Somebody wants to be woken, or this is closed. */
  private final Semaphore calls = new Semaphore(0);

  private volatile boolean closed;
  private long loggedAt;
  private int unsettled;
  private @Nullable Connection connection;
  private @Nullable Sql sql;
  private long version;
  private long position;

  /** Looks from now on, on a thread of its own: other processes do not live by a clock of ours. */
  Neighbours(SqliteFile file, WakeUpListeners listeners) {
    this.file = file;
    this.listeners = listeners;
    log = log(file.path());
    watch = DirectoryWatch.of(Objects.requireNonNull(log.getParent(), "absolute"));
    listeners.whenAdded(calls::release);
    var thread = new Thread(this::run, "omniq-neighbours");
    thread.setDaemon(true);
    thread.start();
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

  private void run() {
    int quiet = 0;
    try {
      while (!closed) {
        if (!listeners.any()) {
          watch.end();
          calls.acquire();
          quiet = 0;
          continue;
        }
        boolean moved = mayHaveMoved();
        if (moved) {
          watch.end();
          lookOnce();
        }
        quiet = moved ? 0 : quiet + 1;
        // What changes before the watch has begun is seen by the look after that.
        boolean watches = quiet > QUIET_LOOKS && watch.isOn();
        if (quiet >= QUIET_LOOKS) {
          watch.begin();
        }
        if (watches
            ? watch.await(watch.hasTold() ? TRUSTED_WATCH_AT_MOST : WATCH_AT_MOST)
            : calls.tryAcquire(LOOK_EVERY_MILLIS, MILLISECONDS)) {
          quiet = 0;
          watch.end();
        }
      }
    } catch (InterruptedException e) {
      LOG.trace("nobody does that", e);
    } finally {
      disconnect();
    }
  }

  /**
   * Whether anybody may have committed since the last look. Times of files move in steps of up to
   * ten milliseconds, and what was written to the log counts only when it is on stable storage: so
   * the look after a change is followed by some more. Where times are whole seconds, or are noted
   * late, as on Windows, they say nothing.
   */
  private boolean mayHaveMoved() {
    if (!logTellsTime) {
      return true;
    }
    try {
      Instant changed = Files.getLastModifiedTime(log).toInstant();
      long at = changed.getEpochSecond() * 1_000_000_000L + changed.getNano();
      unsettled = at != loggedAt || changed.getNano() == 0 ? UNSETTLED_LOOKS : unsettled - 1;
      loggedAt = at;
    } catch (IOException e) {
      LOG.trace("no log at the moment", e);
      unsettled = UNSETTLED_LOOKS;
    }
    return unsettled > 0;
  }

  private void lookOnce() {
    try {
      look();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("Other processes' changes could not be looked at; polling finds them", e);
      disconnect();
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
    calls.release();
    try {
      watch.close();
    } catch (IOException e) {
      LOG.debug("A watch could not be closed", e);
    }
  }
}
