package dev.omniq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every Java block of the README and of {@code docs} compiles. A block is a whole file if it
 * declares a top-level type; otherwise it is put into a method that has an {@code omniq}, a {@code
 * settings} and a few tasks at hand.
 */
class DocumentedCodeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TYPE =
      Pattern.compile(
          "^(?:public |final |abstract )*(?:class|record|interface|enum) (\\w+)",
          Pattern.MULTILINE);
  private static final Pattern IMPORT = Pattern.compile("^import .*;\\n", Pattern.MULTILINE);

  private static final String IMPORTS =
      """
      import static dev.omniq.TaskRequest.task;
      import static dev.omniq.task.TaskStatus.*;
      import dev.omniq.*;
      import dev.omniq.codec.*;
      import dev.omniq.task.*;
      import dev.omniq.storage.*;
      import dev.omniq.storage.postgres.*;
      import dev.omniq.testkit.*;
      import dev.omniq.worker.*;
      import java.nio.file.Path;
      import java.sql.Connection;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import javax.sql.DataSource;
      """;

  private static final String AROUND_A_SNIPPET =
      """
      class Snippet {
        public static class Reports {
          @OmniTask public static String generate(String kind) { return kind; }
          @OmniTask public static void cleanUp() {}
        }
        public static class ReportService {
          @OmniTask public String generate(String kind) { return kind; }
        }
        public record SendEmail(String to, String subject) {}
        interface Mailer { void send(SendEmail email); }
        static final TaskType<SendEmail> SEND_EMAIL = TaskType.of("send-email", SendEmail.class);
        void snippet(OmniQ omniq, Settings settings, TaskId id, TaskContext context, Mailer mailer,
            Instant tomorrow, Instant noon, DataSource database) throws Exception {
      """;

  @TestFactory
  Stream<DynamicTest> everyBlock_compiles() throws IOException {
    return documents()
        .flatMap(document -> blocks(document).stream())
        .map(block -> DynamicTest.dynamicTest(block.where(), () -> compile(block)));
  }

  @Test
  void documents_haveBlocks() throws IOException {
    assertThat(documents().flatMap(document -> blocks(document).stream())).hasSizeGreaterThan(10);
  }

  private record Block(String where, String code) {}

  private static Stream<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      List<Path> found =
          docs.filter(path -> path.toString().endsWith(".md"))
              .filter(path -> !path.toString().contains("decisions"))
              .sorted()
              .collect(Collectors.toCollection(ArrayList::new));
      found.add(0, ROOT.resolve("README.md"));
      return found.stream();
    }
  }

  private static List<Block> blocks(Path document) {
    String text;
    try {
      text = Files.readString(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      long line = text.substring(0, matcher.start()).lines().count() + 1;
      blocks.add(new Block(ROOT.relativize(document) + ":" + line, matcher.group(1)));
    }
    return blocks;
  }

  private static void compile(Block block) {
    Matcher type = TYPE.matcher(block.code());
    String source;
    String name;
    if (type.find()) {
      name = type.group(1);
      source = IMPORTS + block.code();
    } else {
      name = "Snippet";
      Matcher imports = IMPORT.matcher(block.code());
      String own = imports.results().map(result -> result.group()).collect(Collectors.joining());
      source = IMPORTS + own + AROUND_A_SNIPPET + imports.replaceAll("") + "\n}}";
    }
    var problems = new DiagnosticCollector<JavaFileObject>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of("-proc:none", "-implicit:none", "-d", System.getProperty("java.io.tmpdir"));
    try (var files = compiler.getStandardFileManager(problems, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  new InMemory(files),
                  problems,
                  options,
                  null,
                  List.of(new Source(name, source)))
              .call();
      assertThat(compiled).as(() -> describe(problems, source)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String describe(DiagnosticCollector<JavaFileObject> problems, String source) {
    return problems.getDiagnostics().stream()
        .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
        .map(
            problem ->
                problem.getMessage(null) + "\n  at: " + line(source, problem.getLineNumber()))
        .collect(Collectors.joining("\n"));
  }

  private static String line(String source, long number) {
    return source.lines().skip(number - 1).findFirst().orElse("?");
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Throws the class files away. */
  private static final class InMemory
      extends javax.tools.ForwardingJavaFileManager<javax.tools.JavaFileManager> {
    InMemory(javax.tools.JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location,
        String className,
        JavaFileObject.Kind kind,
        javax.tools.FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + className), kind) {
        @Override
        public java.io.OutputStream openOutputStream() {
          return java.io.OutputStream.nullOutputStream();
        }
      };
    }
  }
}
