package dev.omniq.storage.file;

import dev.omniq.storage.file.Effect.Hold;
import dev.omniq.task.TaskId;
import dev.omniq.task.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a sealed segment and folds its lines into one effect for each task that they touch: a pure
 * function of the file. What it holds grows with the segment, not with the journal.
 */
final class SegmentFold {
  private final int segment;

  /** In the order in which tasks were first spoken of, which is nearly that of their ids. */
  private final Map<TaskId, Effect> effects = new LinkedHashMap<>();

  private final Map<TaskId, Set<Integer>> labels = new HashMap<>();

  /** Names repeat by the thousand; each is kept once. */
  private final Map<String, String> names = new HashMap<>();

  private SegmentFold(int segment) {
    this.segment = segment;
  }

  /**
   * What a segment comes to.
   *
   * @param effects ascending by id
   * @param labels the labels of the tasks that it adds, as {@link Terms}; none for most tasks
   */
  record Folded(List<Effect> effects, Map<TaskId, Set<Integer>> labels) {}

  /**
   * What a sealed segment comes to.
   *
   * @throws DamagedSegmentException if not all of it is readable
   */
  static Folded read(int segment, DiskFile file) throws IOException {
    var fold = new SegmentFold(segment);
    var reader = new GroupReader(file, 0);
    while (reader.next()) {
      fold.group(reader);
    }
    requireEnd(segment, reader);
    var sorted = new ArrayList<>(fold.effects.values());
    sorted.sort(Comparator.comparing(Effect::id));
    return new Folded(sorted, fold.labels);
  }

  /**
   * Checks every group of a sealed segment.
   *
   * @throws DamagedSegmentException if not all of it is readable
   */
  static void verify(int segment, DiskFile file) throws IOException {
    var reader = new GroupReader(file, 0);
    while (reader.next()) {
      // to have read it is enough
    }
    requireEnd(segment, reader);
  }

  private static void requireEnd(int segment, GroupReader reader) throws IOException {
    if (!reader.atEnd()) {
      throw new DamagedSegmentException(segment, reader.end(), "no readable group begins there");
    }
  }

  private void group(GroupReader group) throws IOException {
    try (LineReader lines = group.lines()) {
      while (lines.hasNext()) {
        line(group, lines);
      }
    }
  }

  private void line(GroupReader group, LineReader lines) throws DamagedSegmentException {
    try {
      Line line = lines.next();
      apply(line, Location.pack(segment, group.offset(lines)), lines.length());
    } catch (IllegalArgumentException e) {
      var damage =
          new DamagedSegmentException(
              segment, group.offset(lines), "no readable line begins there");
      damage.initCause(e);
      throw damage;
    }
  }

  private void apply(Line line, long at, int length) {
    if (line instanceof Line.Add add) {
      put(Effect.of(add, at, length, this::once));
      if (!add.task().labels().isEmpty()) {
        labels.put(add.task().id(), Terms.ofLabels(add.task().labels()));
      }
    } else if (line instanceof Line.Set set) {
      put(Effect.of(set, at, length));
    } else if (line instanceof Line.Claims claims) {
      claims(claims);
    } else if (line instanceof Line.Note note) {
      put(Effect.noted(note.id(), at));
    } else if (line instanceof Line.Delete delete) {
      delete.ids().forEach(id -> put(Effect.gone(id)));
    }
  }

  private void claims(Line.Claims line) {
    long token = line.first();
    for (TaskId id : line.ids()) {
      var terms = new Line.Claim(token++, line.first(), line.lease(), line.owner());
      put(Effect.held(id, new Hold(line.worker(), Times.toMicros(line.at()), terms)));
    }
  }

  private void put(Effect later) {
    effects.merge(later.id(), later, (earlier, next) -> next.after(earlier));
  }

  private String once(String name) {
    return names.computeIfAbsent(name, each -> each);
  }
}
