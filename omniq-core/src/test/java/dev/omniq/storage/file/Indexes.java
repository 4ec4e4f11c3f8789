package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the tests of indexes and of compaction share. */
final class Indexes {
  private Indexes() {}

  /** The indexes of some segments, made where they are missing. */
  static SealedTasks of(Disk disk, Layout layout, List<Integer> segments) throws IOException {
    var indexes = new ArrayList<SegmentIndex>();
    for (int segment : segments) {
      indexes.add(SegmentIndex.openOrBuild(disk, layout, segment));
    }
    return new SealedTasks(indexes);
  }

  /** Where the segments of a disk are read. */
  static LineSource.Segments segments(Disk disk, Layout layout) {
    return number -> disk.openToRead(layout.segment(number));
  }

  /** All tasks, each read through what the indexes say of it. */
  static TreeMap<TaskId, Line.Add> tasks(Disk disk, Layout layout, SealedTasks sealed)
      throws IOException {
    var source = new LineSource(segments(disk, layout));
    var tasks = new TreeMap<TaskId, Line.Add>();
    sealed.forEach(effect -> tasks.put(effect.id(), source.whole(effect)));
    return tasks;
  }

  /** The effects of an index in one direction. */
  static List<Effect> all(SegmentIndex.Cursor cursor) throws IOException {
    var effects = new ArrayList<Effect>();
    for (Effect effect = cursor.next(); effect != null; effect = cursor.next()) {
      effects.add(effect);
    }
    return effects;
  }
}
