package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;

/** What is done with directories. */
final class Directories {
  private Directories() {}

  /** A new directory with a store of this URL in it; both go when it is closed. */
  static Place.Fresh fresh(Path base, String scheme, String file) throws IOException {
    Path directory = Files.createTempDirectory(base, "store");
    return new Place.Fresh() {
      @Override
      public String url() {
        return scheme + directory.resolve(file);
      }

      @Override
      public void close() throws IOException {
        delete(directory);
      }
    };
  }

  /** A peer on databases in new directories, which go with it. */
  static Place.PeerFactory peer(
      Path base, String name, Function<String, Database> kind, Place.PeerFactory.Maker maker) {
    return new Place.PeerFactory(
        name,
        () -> {
          Path directory = Files.createTempDirectory(base, "peer");
          Database database = kind.apply(directory.resolve("peer").toAbsolutePath().toString());
          return new Place.PeerHome(maker.make(database), () -> delete(directory));
        });
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.deleteIfExists(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
