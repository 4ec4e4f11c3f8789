package dev.omniq;

import java.util.Arrays;
import java.util.Locale;

/** Where tasks are kept. */
public enum Backend {
  /** A directory of this machine, shared by any number of its processes; the default. */
  FILE,
  /** An SQLite file; needs the module {@code omniq-sqlite}. */
  SQLITE,
  /** A PostgreSQL database; needs the module {@code omniq-postgres}. */
  POSTGRES,
  /** The heap of this process: nothing survives it. For tests. */
  MEMORY;

  /**
   * Reads a name in any case.
   *
   * @throws IllegalArgumentException if there is no such backend
   */
  public static Backend parse(String name) {
    for (Backend backend : values()) {
      if (backend.name().equals(name.toUpperCase(Locale.ROOT))) {
        return backend;
      }
    }
    throw new IllegalArgumentException(
        "unknown backend '"
            + name
            + "'; allowed are "
            + Arrays.toString(values()).toLowerCase(Locale.ROOT));
  }
}
