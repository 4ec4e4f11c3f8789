package dev.omniq.storage.sqlite;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.DurableHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Stores in a file of a directory of their own. */
final class SqliteHome implements DurableHome {
  private final Path directory;
  private int lives;

  SqliteHome() {
    try {
      directory = Files.createTempDirectory("omniq sqlite");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file() {
    return directory.resolve("life " + lives + ".db");
  }

  String url() {
    return "sqlite:" + file();
  }

  @Override
  public TaskStore open(TimeSource time) {
    return SqliteStore.open(url(), time);
  }

  @Override
  public Leases leases() {
    return Leases.ANEW;
  }

  /**
   * The next life begins with the files as they are while another connection keeps SQLite from
   * putting them in order: a database and the log that it has to be recovered from.
   */
  @Override
  public Loss crash(TaskStore store) {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      statement.execute("SELECT count(*) FROM omniq_task");
      store.close();
      Path dead = file();
      lives++;
      for (String suffix : List.of("", "-wal")) {
        Path part = Path.of(dead + suffix);
        if (Files.exists(part)) {
          Files.copy(part, Path.of(file() + suffix));
        }
      }
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
    return Loss.UNANSWERED;
  }

  @Override
  public void compact(TaskStore store) {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void demolish() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
