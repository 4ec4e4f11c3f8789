package dev.omniq.storage.sqlite;

import dev.omniq.task.StorageException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A database file and how it is used.
 *
 * @param path the file; it need not exist yet
 * @param synchronous when a commit is on stable storage
 */
record SqliteFile(Path path, Synchronous synchronous) {

  /** When a commit is on stable storage. */
  enum Synchronous {
    /** When it is answered. */
    FULL,
    /** Some time later: loss of power may take the last commits, death of the process does not. */
    NORMAL
  }

  static final String SCHEME = "sqlite:";

  /** How long a write waits for another process's transaction before it is begun anew. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  /** A checkpoint syncs the file twice; one in so many pages of 4 KiB keeps that rare. */
  private static final int CHECKPOINT_PAGES = 4_000;

  private static final int TRIES_FOR_WAL = 500;
  private static final Duration PAUSE_FOR_WAL = Duration.ofMillis(10);

  private static final int CACHE_KIB = 32 * 1024;
  private static final long WAL_LIMIT = 64L << 20;

  /**
   * Reads a URL: {@code sqlite:FILE} or {@code sqlite:FILE?synchronous=normal}.
   *
   * @throws IllegalArgumentException if it names no file, or something that is not known
   */
  static SqliteFile parse(String url) {
    String rest = url.substring(SCHEME.length());
    int mark = rest.indexOf('?');
    String file = mark < 0 ? rest : rest.substring(0, mark);
    if (file.isBlank() || file.equals(":memory:")) {
      throw new IllegalArgumentException(
          "'"
              + url
              + "' names no file; write sqlite:FILE, or memory: for a store that is not kept");
    }
    Synchronous synchronous = mark < 0 ? Synchronous.FULL : option(url, rest.substring(mark + 1));
    try {
      return new SqliteFile(Path.of(file), synchronous);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + file + "' is no path: " + e.getReason(), e);
    }
  }

  private static Synchronous option(String url, String query) {
    String decoded = URLDecoder.decode(query, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    return switch (decoded) {
      case "synchronous=full" -> Synchronous.FULL;
      case "synchronous=normal" -> Synchronous.NORMAL;
      default ->
          throw new IllegalArgumentException(
              "'"
                  + query
                  + "' in '"
                  + url
                  + "' is not known; allowed are synchronous=full (the default) and"
                  + " synchronous=normal");
    };
  }

  /**
   * Says what stands in the way before SQLite says it less clearly.
   *
   * @throws StorageException if there can be no database here
   */
  void requireUsable() {
    Path absolute = path.toAbsolutePath();
    if (Files.isDirectory(absolute)) {
      throw new StorageException("'" + path + "' is a directory; sqlite: needs the name of a file");
    }
    Path parent = absolute.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new StorageException(
          "there is no directory '" + parent + "' for '" + path + "'; create it first");
    }
    if (Files.exists(absolute) ? !Files.isWritable(absolute) : !Files.isWritable(parent)) {
      throw new StorageException("'" + path + "' cannot be written by this user");
    }
  }

  /** A connection in autocommit mode. */
  Connection connect() throws SQLException {
    var config = new SQLiteConfig();
    config.setBusyTimeout((int) BUSY.toMillis());
    // The driver would ask for the last row number after each INSERT, by a statement made anew.
    config.setGetGeneratedKeys(false);
    Connection connection = config.createConnection("jdbc:sqlite:" + path.toAbsolutePath());
    try (Statement statement = connection.createStatement()) {
      useWal(statement);
      statement.execute("PRAGMA synchronous = " + synchronous);
      statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
      statement.execute("PRAGMA journal_size_limit = " + WAL_LIMIT);
      statement.execute("PRAGMA cache_size = -" + CACHE_KIB);
      statement.execute("PRAGMA temp_store = MEMORY");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * While others open a file for the first time, SQLite refuses this at once: it does not wait for
   * locks as it does elsewhere.
   */
  private static void useWal(Statement statement) throws SQLException {
    for (int tries = 1; ; tries++) {
      try {
        statement.execute("PRAGMA journal_mode = WAL");
        return;
      } catch (SQLiteException e) {
        boolean busy = (e.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_BUSY.code;
        if (!busy || tries == TRIES_FOR_WAL) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_FOR_WAL.toNanos());
      }
    }
  }
}
