package dev.omniq.storage.postgres;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a store uses its database. An immutable value.
 *
 * @param schema the schema that holds the tables; created if it is missing and may be
 * @param listen whether to be woken by {@code LISTEN}; otherwise polling finds what others enqueue
 * @param listenUrl a URL for {@code LISTEN}, where the other connections go through a pooler that
 *     gives each transaction another session
 * @param migrate whether to create and update the tables at open; otherwise they must be there
 * @param patience how long a call waits for a connection, such as while the server is restarted
 */
public record PostgresOptions(
    String schema, boolean listen, Optional<String> listenUrl, boolean migrate, Duration patience) {

  private static final PostgresOptions DEFAULTS =
      new PostgresOptions("omniq", true, Optional.empty(), true, Duration.ofSeconds(10));

  /** Checks the values. */
  public PostgresOptions {
    Objects.requireNonNull(listenUrl, "listenUrl");
    if (schema.isBlank() || Schema.bytes(schema) > Schema.LONGEST || schema.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "schema must have 1 to 63 bytes in UTF-8, but is '" + schema + "'");
    }
    if (patience.isNegative() || patience.toMillis() < 250) {
      throw new IllegalArgumentException("patience must be at least 250 ms, but is " + patience);
    }
  }

  /** Schema {@code omniq}, with {@code LISTEN} and migrations, 10 s patience. */
  public static PostgresOptions defaults() {
    return DEFAULTS;
  }

  /** Sets {@link #schema}. */
  public PostgresOptions schema(String value) {
    return new PostgresOptions(value, listen, listenUrl, migrate, patience);
  }

  /** Sets {@link #listen}. */
  public PostgresOptions listen(boolean value) {
    return new PostgresOptions(schema, value, listenUrl, migrate, patience);
  }

  /** Sets {@link #listenUrl}. */
  public PostgresOptions listenUrl(String value) {
    return new PostgresOptions(schema, listen, Optional.of(value), migrate, patience);
  }

  /** Sets {@link #migrate}. */
  public PostgresOptions migrate(boolean value) {
    return new PostgresOptions(schema, listen, listenUrl, value, patience);
  }

  /** Sets {@link #patience}. */
  public PostgresOptions patience(Duration value) {
    return new PostgresOptions(schema, listen, listenUrl, migrate, value);
  }
}
