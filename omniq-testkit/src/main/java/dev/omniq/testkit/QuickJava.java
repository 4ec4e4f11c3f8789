package dev.omniq.testkit;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * How tests start many Java processes that have the class path of this one: a rehearsal keeps the
 * classes that it loaded, as the JVM wants them, and the others start in half the time. Without a
 * rehearsal they start all the same.
 */
public final class QuickJava {
  private final Path directory;
  private final Path archive;
  private final List<String> options;
  private final String classPath;

  /**
   * Packs the directories of the class path into jars, as the JVM keeps classes of jars only.
   *
   * @param directory an empty directory, which stays as long as processes are started
   * @param options for each JVM
   */
  public QuickJava(Path directory, String... options) {
    this.directory = directory;
    this.archive = directory.resolve("classes.jsa");
    this.options = List.of(options);
    this.classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .map(path -> Files.isDirectory(path) ? pack(path) : path)
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
  }

  /** The words that start a process which keeps its classes when it ends other than by a kill. */
  public List<String> rehearsal(Class<?> main) {
    return words("-XX:ArchiveClassesAtExit=" + archive, main);
  }

  /** The words that start a process, to which its arguments are added. */
  public List<String> command(Class<?> main) {
    return words(Files.exists(archive) ? "-XX:SharedArchiveFile=" + archive : "-Xshare:auto", main);
  }

  private List<String> words(String sharing, Class<?> main) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    words.addAll(options);
    // Silent: what the JVM says of classes that it does not keep would stand among the output.
    words.addAll(List.of(sharing, "-Xlog:disable", "-cp", classPath, main.getName()));
    return words;
  }

  private Path pack(Path classes) {
    try (Stream<Path> found = Files.walk(classes)) {
      Path jar = Files.createTempFile(directory, "classes", ".jar");
      try (OutputStream file = Files.newOutputStream(jar);
          var zip = new ZipOutputStream(file)) {
        for (Path each : found.filter(Files::isRegularFile).sorted().toList()) {
          zip.putNextEntry(
              new ZipEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
          Files.copy(each, zip);
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
