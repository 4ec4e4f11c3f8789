package dev.omniq;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A store by its URL; the only place that knows the forms. */
record StoreUrl(Backend backend, String rest) {

  static StoreUrl parse(String url) {
    if (url.startsWith("file:")) {
      return new StoreUrl(Backend.FILE, requireRest(url, "file:"));
    }
    if (url.equals("memory:") || url.equals("memory")) {
      return new StoreUrl(Backend.MEMORY, "");
    }
    if (url.startsWith("sqlite:")) {
      requireRest(url, "sqlite:");
      return new StoreUrl(Backend.SQLITE, url);
    }
    if (url.startsWith("jdbc:postgresql:")) {
      requireRest(url, "jdbc:postgresql:");
      return new StoreUrl(Backend.POSTGRES, url);
    }
    throw new IllegalArgumentException(
        "unknown store '"
            + url
            + "'; allowed are file:DIRECTORY, memory:, sqlite:FILE and jdbc:postgresql://…");
  }

  private static String requireRest(String url, String prefix) {
    String rest = url.substring(prefix.length());
    if (rest.isBlank()) {
      throw new IllegalArgumentException(
          "store '" + url + "' names no place; give one after '" + prefix + "'");
    }
    return rest;
  }

  Settings.Builder applyTo(Settings.Builder settings) {
    settings.backend(backend);
    return switch (backend) {
      case FILE -> settings.baseDir(Path.of(rest));
      case SQLITE, POSTGRES -> settings.dbUrl(rest);
      case MEMORY -> settings;
    };
  }

  /**
   * A store as people may see it, in the mark of a move for instance: always the same text for the
   * same store, as far as that can be told, and never a secret.
   */
  static String publicName(Settings settings) {
    return switch (settings.backend()) {
      case FILE -> "file:" + real(settings.baseDir());
      case SQLITE -> sqliteName(settings.dbUrl().orElseThrow());
      case POSTGRES -> withoutSecrets(settings.dbUrl().orElseThrow());
      case MEMORY -> "memory:";
    };
  }

  private static String sqliteName(String url) {
    String rest = url.substring("sqlite:".length());
    int options = rest.indexOf('?');
    return "sqlite:" + real(Path.of(options < 0 ? rest : rest.substring(0, options)));
  }

  /** Of the parameters only those are kept that tell one store of a database from another. */
  static String withoutSecrets(String url) {
    int query = url.indexOf('?');
    String place = query < 0 ? url : url.substring(0, query);
    String shown = place.replaceFirst("//[^/]*@", "//");
    String schema =
        query < 0
            ? ""
            : Arrays.stream(url.substring(query + 1).split("&"))
                .filter(each -> each.toLowerCase(Locale.ROOT).matches("(current)?schema=.*"))
                .collect(Collectors.joining("&"));
    return schema.isEmpty() ? shown : shown + "?" + schema;
  }

  /** The path without links; of what is not there, the absolute one. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  static String example(Backend backend) {
    return backend == Backend.SQLITE ? "sqlite:omniq.db" : "jdbc:postgresql://host/database";
  }
}
