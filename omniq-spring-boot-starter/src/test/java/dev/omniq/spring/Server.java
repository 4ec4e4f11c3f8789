package dev.omniq.spring;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.SpringApplication;

/**
 * A real PostgreSQL for all tests of a JVM: one that is started for them, or the one that the
 * system property {@code omniq.postgres.url} names.
 */
final class Server {
  private static final String URL = start();

  private Server() {}

  /** The URL of its database. */
  static String url() {
    return URL;
  }

  private static String start() {
    String given = System.getProperty("omniq.postgres.url");
    if (given != null) {
      return given;
    }
    try {
      // Its own hook would stop it beside the applications: hooks of the JVM run all at once.
      EmbeddedPostgres server = EmbeddedPostgres.builder().setRegisterShutdownHook(false).start();
      // After the applications, which say good-bye to it.
      SpringApplication.getShutdownHandlers().add(() -> close(server));
      return server.getJdbcUrl("postgres", "postgres");
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL could not be started", e);
    }
  }

  private static void close(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
