package dev.omniq.cli;

import dev.omniq.Backend;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.task.OmniQException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the tasks are: the option {@code --store}, or else the environment. */
final class StoreOption {
  /** What an explicit store replaces. */
  private static final List<String> VARIABLES =
      List.of("OMNIQ_BACKEND", "OMNIQ_BASE_DIR", "OMNIQ_DB_URL");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec command;

  @Option(
      names = "--store",
      paramLabel = "URL",
      description = {
        "The store: file:DIRECTORY, memory:, sqlite:FILE or jdbc:postgresql://…",
        "By default what OMNIQ_BACKEND, OMNIQ_BASE_DIR and OMNIQ_DB_URL say, or else"
            + " file:omniq_data."
      })
  private @Nullable String url;

  /**
   * The settings of the environment, with the store that was named.
   *
   * @throws ParameterException if one of them is refused
   */
  Settings settings() {
    return settings(System.getenv());
  }

  Settings settings(Map<String, String> environment) {
    try {
      if (url == null) {
        return Settings.fromEnv(environment);
      }
      var others = new HashMap<>(environment);
      others.keySet().removeAll(VARIABLES);
      Settings named = Settings.ofUrl(url).build();
      Settings.Builder settings =
          Settings.fromEnv(others).toBuilder().backend(named.backend()).baseDir(named.baseDir());
      named.dbUrl().ifPresent(settings::dbUrl);
      return settings.build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * Opens a store to look into it: one that is not there is not made.
   *
   * @throws dev.omniq.task.OmniQException if there is none, or it cannot be opened
   */
  OmniQ openExisting() {
    Settings settings = settings();
    requireStore(settings);
    return OmniQ.open(settings);
  }

  /**
   * Checks that a store that is kept in files is there; a mistyped name must not make one.
   *
   * @throws OmniQException if there is none
   */
  static void requireStore(Settings settings) {
    if (settings.backend() == Backend.FILE) {
      StoreDirectory.requireStore(settings.baseDir());
    } else {
      path(settings)
          .filter(Files::notExists)
          .ifPresent(
              file -> {
                throw new OmniQException("there is no store: " + file + " does not exist");
              });
    }
  }

  /** The directory or the file that a store is in; a store on a server or in memory is in none. */
  static Optional<Path> path(Settings settings) {
    return switch (settings.backend()) {
      case FILE -> Optional.of(settings.baseDir());
      case SQLITE -> {
        String rest = settings.dbUrl().orElseThrow().substring("sqlite:".length());
        yield Optional.of(Path.of(rest.replaceFirst("\\?.*", "")));
      }
      case MEMORY, POSTGRES -> Optional.empty();
    };
  }

  /** The store as its URL. */
  static String describe(Settings settings) {
    return switch (settings.backend()) {
      case FILE -> "file:" + settings.baseDir();
      case MEMORY -> "memory:";
      case SQLITE, POSTGRES -> settings.dbUrl().orElseThrow();
    };
  }
}
