package dev.omniq.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A user's jar: its classes are not on the class path of the tests. */
final class TaskJar {
  private static final String MAIL =
      """
      package shop;

      import dev.omniq.task.OmniTask;

      public class Mail {
        private int sent;

        @OmniTask
        public static String send(String to) {
          System.out.println("sending to " + to);
          if (to.equals("nobody")) {
            throw new IllegalStateException("no such address");
          }
          return "sent to " + to;
        }

        @OmniTask
        public synchronized int count() {
          return ++sent;
        }

        @OmniTask
        public static boolean isInContext() {
          return Thread.currentThread().getContextClassLoader() == Mail.class.getClassLoader();
        }

        @OmniTask
        public static void hang() throws InterruptedException {
          Thread.sleep(600_000);
        }

        @OmniTask
        public static void crash() {
          Runtime.getRuntime().halt(9);
        }
      }
      """;

  private static final String WRONG =
      """
      package shop;

      public class Wrong {
        public static class NoTask {}

        public static class NoConstructor {
          public NoConstructor(String needed) {}

          @dev.omniq.task.OmniTask
          public void run() {}
        }
      }
      """;

  private TaskJar() {}

  /** Makes the directory {@code classes} and a jar of it whose manifest names {@code shop.Mail}. */
  static Path make(Path directory) throws IOException {
    Path classes = directory.resolve("classes");
    Path source = Files.createDirectories(directory.resolve("source/shop"));
    Files.createDirectories(classes);
    for (Map.Entry<String, String> each : Map.of("Mail", MAIL, "Wrong", WRONG).entrySet()) {
      Path file = Files.writeString(source.resolve(each.getKey() + ".java"), each.getValue());
      JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
      String path = System.getProperty("java.class.path");
      String[] options = {"-proc:none", "-cp", path, "-d", classes.toString(), file.toString()};
      if (compiler.run(null, null, null, options) != 0) {
        throw new AssertionError("cannot compile " + file);
      }
    }
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue(TaskClasses.ATTRIBUTE, "shop.Mail");
    Path jar = directory.resolve("shop.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        var out = new JarOutputStream(file, manifest);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
      }
    }
    return jar;
  }
}
