package dev.omniq.storage.postgres;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Why a database cannot be used, in words that help. */
final class Reasons {
  private Reasons() {}

  static String of(SQLException failure, String schema) {
    SQLException root = deepest(failure);
    String state = String.valueOf(root.getSQLState());
    String said = String.valueOf(root.getMessage());
    return switch (state) {
      case "28P01", "28000" -> said + " (check user and password)";
      case "3D000" -> said + " (create the database first)";
      case "42501" ->
          said
              + " (the user needs CREATE on the database for a new schema, or USAGE on schema '"
              + schema
              + "' and rights on its tables; see the reference of the PostgreSQL store)";
      case "08001", "08004", "08006" -> said + " (is the server up, and host and port right?)";
      default -> said;
    };
  }

  /** A pool wraps what the driver said. */
  private static SQLException deepest(SQLException failure) {
    SQLException found = failure;
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException exception && exception.getSQLState() != null) {
        found = exception;
      }
    }
    return found;
  }
}
