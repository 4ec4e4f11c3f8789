package dev.omniq.testkit.kill;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TimeSource;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A log that survives the death of its process: each line is handed to the system at once. Handlers
 * that are interrupted write to it, which would close a channel.
 */
final class VictimLog {
  private final FileOutputStream file;

  VictimLog(Path path) throws IOException {
    file = new FileOutputStream(path.toFile(), true);
  }

  /** A handler was entered. */
  void begin(TaskId id) {
    line("begin " + id + " " + TimeSource.system().now());
  }

  /** The revision tells the claims of a task apart, so it tells what was settled under which. */
  void settled(Task task, TaskListener.Kind kind) {
    String claim = task.id() + "@" + task.state().revision();
    line("settled " + task.id() + " " + TimeSource.system().now() + " " + claim + " " + kind);
  }

  void write(String what, TaskId... ids) {
    line(what + " " + Arrays.stream(ids).map(TaskId::toString).collect(Collectors.joining(" ")));
  }

  void line(String line) {
    try {
      file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole lines of a log; one that the kill cut off does not count. */
  static List<Line> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    String text = Files.readString(file);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Line::parse).toList();
  }

  /** The tasks whose handlers were entered and not left, and since when. */
  static Map<TaskId, Instant> running(List<Line> lines) {
    Map<TaskId, Instant> running = new HashMap<>();
    for (Line line : lines) {
      switch (line.what()) {
        case "begin" -> running.put(line.id(), line.at());
        case "end" -> running.remove(line.id());
        default -> {}
      }
    }
    return running;
  }

  /** A line: what happened, and to what. */
  record Line(String what, List<String> words) {
    private static Line parse(String line) {
      List<String> words = List.of(line.split(" "));
      return new Line(words.get(0), words.subList(1, words.size()));
    }

    boolean is(String happened) {
      return what.equals(happened);
    }

    boolean is(String happened, TaskId task) {
      return is(happened) && id().equals(task);
    }

    /** The task that it tells of, or the first one. */
    TaskId id() {
      return TaskId.parse(words.get(0));
    }

    /** When a handler was entered, or a task settled. */
    Instant at() {
      return Instant.parse(words.get(1));
    }

    /** Which claim was settled. */
    String claim() {
      return words.get(2);
    }

    /** How it was settled. */
    String kind() {
      return words.get(3);
    }
  }
}
