package dev.omniq.storage.jdbc;

import dev.omniq.task.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of a schema: scripts in the jar, each of which leads from the version before it to
 * its own. A database holds its version, and only goes up.
 *
 * <p>Many processes may start at once: a {@link Schema#lock} makes one of them migrate, and the
 * others find it done. All that is missing is done in one transaction.
 */
public final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  private final List<String> scripts;

  /** How a dialect keeps the version. Runs in the transaction of the migration. */
  public interface Schema extends Transactions {
    /** Waits until no other process migrates; holds until the transaction ends. */
    void lock(Connection connection) throws SQLException;

    /** The version that is there; 0 for none. */
    int version(Connection connection) throws SQLException;

    /** Runs a script of several statements. */
    void run(Connection connection, String script) throws SQLException;

    /** Notes that this version is there now. */
    void setVersion(Connection connection, int version) throws SQLException;
  }

  private Migrations(List<String> scripts) {
    this.scripts = List.copyOf(scripts);
  }

  /**
   * Reads the scripts.
   *
   * @param beside the class beside which the scripts {@code 1.sql}, {@code 2.sql} … are
   * @param versions how many there are
   * @param names puts names, such as that of a schema, in place of what stands for them
   */
  public static Migrations load(Class<?> beside, int versions, UnaryOperator<String> names) {
    List<String> scripts = new ArrayList<>();
    for (int version = 1; version <= versions; version++) {
      scripts.add(names.apply(script(beside, version + ".sql")));
    }
    return new Migrations(scripts);
  }

  private static String script(Class<?> beside, String file) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + file + " beside " + beside.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException("cannot read " + file + " in the jar", e);
    }
  }

  /** The newest version, which this library needs. */
  public int newest() {
    return scripts.size();
  }

  /** The script that leads to a version, from 1, for those who run it themselves. */
  public String script(int version) {
    return scripts.get(version - 1);
  }

  /**
   * Brings a schema to the newest version.
   *
   * @param connection in autocommit mode
   * @throws StorageException if the schema is newer than this library
   */
  public void migrate(Connection connection, Schema schema) throws SQLException {
    if (check(schema.version(connection))) {
      return;
    }
    try {
      schema.begin(connection);
      schema.lock(connection);
      int from = schema.version(connection);
      check(from);
      for (int version = from + 1; version <= newest(); version++) {
        schema.run(connection, script(version));
        schema.setVersion(connection, version);
      }
      schema.commit(connection);
      if (from < newest()) {
        LOG.info("The schema was brought from version {} to {}", from, newest());
      }
    } catch (SQLException | RuntimeException e) {
      rollBack(connection, schema, e);
      throw e;
    }
  }

  /** What went wrong first is what is told. */
  private static void rollBack(Connection connection, Schema schema, Exception cause) {
    try {
      schema.rollBack(connection);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Refuses any version but the newest, and says what to do.
   *
   * @throws StorageException if the schema is missing, older, or newer than this library
   */
  public void requireNewest(int version) {
    if (!check(version)) {
      throw new StorageException(
          "the schema is of version %d, and this library needs %d; run its migrations"
              .formatted(version, newest()));
    }
  }

  private boolean check(int version) {
    if (version > newest()) {
      throw new StorageException(
          "the schema is of version %d, written by a newer library; this one knows up to %d: use the newer library"
              .formatted(version, newest()));
    }
    return version == newest();
  }
}
