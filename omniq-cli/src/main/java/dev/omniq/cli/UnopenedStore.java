package dev.omniq.cli;

import dev.omniq.Settings;
import dev.omniq.cli.Diagnosis.Kind;
import dev.omniq.task.OmniQException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Why a store does not open, and what to do about it. */
final class UnopenedStore {
  /** Error codes of SQLite. */
  private static final int CORRUPT = 11;

  private static final int NO_DATABASE = 26;

  private final Settings settings;
  private final String what;

  private UnopenedStore(Settings settings, String what) {
    this.settings = settings;
    this.what = what;
  }

  /** By the message where there is nothing else: it may come from another process. */
  static Diagnosis diagnose(Settings settings, OmniQException failure) {
    var store = new UnopenedStore(settings, sentence(failure));
    SQLException database = database(failure);
    return database == null ? store.byMessage() : store.byCode(database);
  }

  private static String sentence(OmniQException failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    return Character.toUpperCase(message.charAt(0)) + message.substring(1).replaceAll("\\s+", " ");
  }

  /** The innermost one that has a code: pools and stores wrap it. */
  private static @Nullable SQLException database(Throwable failure) {
    SQLException found = null;
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException exception
          && (exception.getSQLState() != null || exception.getErrorCode() != 0)) {
        found = exception;
      }
    }
    return found;
  }

  private Diagnosis byMessage() {
    if (what.contains("here is no store")) {
      return found(
          Kind.STORE_MISSING,
          "Look whether --store, or the variables that stand for it, name the right place; the"
              + " first program that opens a store makes it.");
    }
    if (what.contains(" is damaged")) {
      return found(
          Kind.STORE_DAMAGED,
          "End the programs that use it; then save what is readable with: omniq repair '"
              + settings.baseDir()
              + "'");
    }
    if (what.contains("newer")) {
      return found(Kind.STORE_NEWER, "Use the version of OmniQ that has written it, everywhere.");
    }
    if (what.contains("The schema is of version 0,")) {
      return found(
          Kind.STORE_MISSING,
          "Look whether the URL names the right database and schema; the first program that opens"
              + " the store makes its tables, and 'omniq migrations' prints the SQL.");
    }
    if (what.contains("The schema is of version")) {
      return found(
          Kind.STORE_OLD,
          "The next program of this version that opens the store updates it; or run what 'omniq"
              + " migrations --after VERSION' prints.");
    }
    if (what.contains("has not answered") || what.contains("cannot be reached")) {
      return found(
          Kind.STORE_UNREACHABLE,
          "Look at the process that holds the store; if it hangs, end it, and another takes over.");
    }
    if (what.contains("belongs to another user") || what.contains("cannot be written")) {
      return found(
          Kind.ACCESS_DENIED,
          "Work as the user that the store belongs to, or give it to this one.");
    }
    return unusable();
  }

  private Diagnosis byCode(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    if (state.startsWith("08")) {
      return found(
          Kind.STORE_UNREACHABLE,
          "Look whether the server runs, whether host and port of the URL are right, and whether a"
              + " firewall is between (pg_isready -h HOST -p PORT).");
    }
    if (state.startsWith("28")) {
      return found(
          Kind.ACCESS_DENIED, "Correct user and password in the URL: ?user=NAME&password=PASSWORD");
    }
    if (state.equals("42501")) {
      return found(
          Kind.ACCESS_DENIED,
          "Let the owner of the database grant this user what the store needs.");
    }
    if (state.equals("3D000")) {
      return found(
          Kind.STORE_MISSING,
          "Create the database (createdb NAME), or correct its name in the URL.");
    }
    int code = failure.getErrorCode() & 0xff;
    if (code == CORRUPT || code == NO_DATABASE) {
      return found(
          Kind.STORE_DAMAGED,
          "End the programs that use it, and look whether it is the right file; then bring a backup"
              + " back, or save what is readable with: sqlite3 FILE .recover | sqlite3 NEW_FILE");
    }
    return unusable();
  }

  private Diagnosis unusable() {
    return found(
        Kind.STORE_UNUSABLE, "Mend what the message names; --verbose shows where it comes from.");
  }

  private Diagnosis found(Kind kind, String remedy) {
    return Diagnosis.of(kind, what.endsWith(".") ? what : what + ".", remedy);
  }
}
