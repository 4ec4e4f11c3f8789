package dev.omniq.cli;

import dev.omniq.testkit.QuickJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Some commands one after the other, whose classes the processes of the tests start with. */
final class Rehearsal {
  private Rehearsal() {}

  /** Made when the first process is started, for all tests of this JVM. */
  private static final class Made {
    private static final QuickJava JAVA = make();

    private static QuickJava make() {
      try {
        Path directory = Files.createTempDirectory("omniq-cli");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
        var java = new QuickJava(directory);
        List<String> words = new ArrayList<>(java.rehearsal(Rehearsal.class));
        words.add(directory.toString());
        Process process =
            new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
          process.destroyForcibly();
          throw new IllegalStateException(Files.readString(directory.resolve("out")));
        }
        return java;
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static QuickJava java() {
    return Made.JAVA;
  }

  private static void remove(Path directory) {
    try (Stream<Path> found = Files.walk(directory)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      // the system removes what is left
    }
  }

  /** What it says does not matter: others look whether commands work. */
  public static void main(String[] args) {
    for (String store : List.of("file:" + args[0] + "/store", "sqlite:" + args[0] + "/store.db")) {
      Cli.run("demo", "--store", store, "--seconds", "0");
      Cli.run("enqueue", "--store", store, "shop.Mail#send", "\"ada\"", "--label=a=b");
      Cli.run("list", "--store", store);
      Cli.run("list", "--store", store, "--json");
      Cli.run("cancel", "--store", store, "--label=a=b", "--yes");
      Cli.run("stats", "--store", store);
      Cli.run("workers", "--store", store);
    }
    Cli.run("move", "--from", "sqlite:" + args[0] + "/store.db", "--to", "file:" + args[0] + "/to");
    Cli.run("list", "--store", "jdbc:postgresql://localhost:1/nowhere");
    System.exit(0);
  }
}
