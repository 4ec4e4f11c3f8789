package dev.omniq;

import java.nio.file.Path;

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

  static String example(Backend backend) {
    return backend == Backend.SQLITE ? "sqlite:omniq.db" : "jdbc:postgresql://host/database";
  }
}
