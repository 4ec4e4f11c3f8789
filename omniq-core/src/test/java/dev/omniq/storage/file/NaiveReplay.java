package dev.omniq.storage.file;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What the lines of a journal come to, in the plainest way: the oracle of the tests. */
final class NaiveReplay {
  private final TreeMap<TaskId, Line.Add> tasks = new TreeMap<>();

  /** Each task as the one line that would tell all of it. */
  TreeMap<TaskId, Line.Add> tasks() {
    return tasks;
  }

  /** The tasks of some segments. */
  static TreeMap<TaskId, Line.Add> of(Disk disk, Layout layout, List<Integer> segments)
      throws IOException {
    var replay = new NaiveReplay();
    for (int segment : segments) {
      for (Line line : lines(disk, layout, segment)) {
        replay.apply(line);
      }
    }
    return replay.tasks;
  }

  /** All lines of a segment, which must be readable to its end. */
  static List<Line> lines(Disk disk, Layout layout, int segment) throws IOException {
    var lines = new ArrayList<Line>();
    try (DiskFile file = disk.openToRead(layout.segment(segment))) {
      var reader = new GroupReader(file, 0);
      while (reader.next()) {
        reader.forEachLine(
            (bytes, start, length, at) -> lines.add(LineReader.read(bytes, start, length)));
      }
      if (!reader.atEnd()) {
        throw new AssertionError("segment " + segment + " is unreadable at " + reader.end());
      }
    }
    return lines;
  }

  void apply(Line line) {
    if (line instanceof Line.Add add) {
      tasks.put(add.task().id(), add);
    } else if (line instanceof Line.Set set) {
      Line.Add before = present(set.id());
      tasks.put(
          set.id(),
          new Line.Add(before.sequence(), before.task().with(set.state()), Optional.empty()));
    } else if (line instanceof Line.Claims claims) {
      long token = claims.first();
      for (TaskId id : claims.ids()) {
        Line.Add before = present(id);
        Task running =
            before.task().with(before.task().state().claimed(claims.worker(), claims.at()));
        var claim = new Line.Claim(token++, claims.first(), claims.lease(), claims.owner());
        tasks.put(id, new Line.Add(before.sequence(), running, Optional.of(claim)));
      }
    } else if (line instanceof Line.Note note) {
      Line.Add before = present(note.id());
      Task noted =
          before.task().with(before.task().state().toBuilder().notes(note.notes()).build());
      tasks.put(note.id(), new Line.Add(before.sequence(), noted, before.claim()));
    } else if (line instanceof Line.Delete delete) {
      delete.ids().forEach(tasks::remove);
    }
  }

  private Line.Add present(TaskId id) {
    return Objects.requireNonNull(tasks.get(id), () -> "no task " + id);
  }

  /** The tasks that pass a test, in the order of ids. */
  static List<Line.Add> where(
      Map<TaskId, Line.Add> tasks, java.util.function.Predicate<Task> test) {
    return tasks.values().stream().filter(line -> test.test(line.task())).toList();
  }
}
