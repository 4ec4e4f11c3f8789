package dev.omniq.storage.file;

import dev.omniq.storage.file.Effect.Hold;
import dev.omniq.task.TaskId;
import dev.omniq.task.Times;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads a sealed segment and folds its lines into one effect for each task that they touch: a pure
 * function of the file. What it holds grows with the segment, not with the journal.
 */
final class SegmentFold {
  private final int segment;
  private final EffectTable effects;
  private final Map<TaskId, Set<Integer>> labels = new HashMap<>();

  private SegmentFold(int segment) {
    this.segment = segment;
    effects = new EffectTable(segment);
  }

  /**
   * What a segment comes to.
   *
   * @param effects ascending by id; one walk
   * @param labels the labels of the tasks that it adds, as {@link Terms}; none for most tasks
   */
  record Folded(EffectTable.Walk effects, Map<TaskId, Set<Integer>> labels) {}

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
    return new Folded(fold.effects.ascending(), fold.labels);
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
      effects.add(Effect.of(add, at, length));
      if (!add.task().labels().isEmpty()) {
        labels.put(add.task().id(), Terms.ofLabels(add.task().labels()));
      }
    } else if (line instanceof Line.Set set) {
      effects.add(Effect.of(set, at, length));
    } else if (line instanceof Line.Claims claims) {
      claims(claims);
    } else if (line instanceof Line.Note note) {
      effects.add(Effect.noted(note.id(), at));
    } else if (line instanceof Line.Delete delete) {
      for (TaskId id : delete.ids()) {
        effects.add(Effect.gone(id));
      }
    }
  }

  private void claims(Line.Claims line) {
    long token = line.first();
    for (TaskId id : line.ids()) {
      var terms = new Line.Claim(token++, line.first(), line.lease(), line.owner());
      effects.add(Effect.held(id, new Hold(line.worker(), Times.toMicros(line.at()), terms)));
    }
  }
}
