package dev.omniq.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Graphile Worker as npm installs it, with the script that runs its tasks.
 *
 * @param directory where it is
 * @param version which one it is
 * @param node what runs it
 * @param wanted which versions of Node.js it asks for
 */
public record GraphileWorkerPackage(Path directory, String version, String node, String wanted) {
  private static final long PATIENCE_MINUTES = 2;

  /** Why it cannot be had on this machine. */
  public static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    Unavailable(String why) {
      super(why);
    }
  }

  /** Installs it into a directory, which may have it already. */
  public static GraphileWorkerPackage install(Path directory)
      throws Unavailable, IOException, InterruptedException {
    Files.createDirectories(directory);
    for (String file : List.of("package.json", "worker.js")) {
      try (InputStream resource =
          GraphileWorkerPackage.class.getResourceAsStream("/graphile-worker/" + file)) {
        Files.copy(
            Objects.requireNonNull(resource),
            directory.resolve(file),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    String node = output(directory, "node", "--version");
    output(directory, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
    JsonNode installed =
        new JsonMapper()
            .readTree(directory.resolve("node_modules/graphile-worker/package.json").toFile());
    return new GraphileWorkerPackage(
        directory,
        installed.path("version").asString(),
        node,
        installed.path("engines").path("node").asString());
  }

  private static String output(Path directory, String... command)
      throws Unavailable, IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(output.toFile())
              .redirectError(directory.resolve("errors").toFile())
              .start();
    } catch (IOException e) {
      throw new Unavailable(command[0] + " is not here");
    }
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    if (process.waitFor() != 0) {
      throw new Unavailable(
          "%s failed, see %s".formatted(String.join(" ", command), directory.resolve("errors")));
    }
    return Files.readString(output, StandardCharsets.UTF_8).strip();
  }
}
