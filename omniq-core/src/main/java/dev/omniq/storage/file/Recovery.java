package dev.omniq.storage.file;

import dev.omniq.task.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the journal back: group by group, in the order of the manifest.
 *
 * <p>Where a group is not readable, the journal tells by itself whether that matters. A later group
 * may say that the journal was known to be forced beyond the place: then it was readable once, and
 * it is <em>damage</em>, which is refused, never repaired in silence. If none does, nobody was ever
 * told that anything behind that place is stored: it is the <em>torn tail</em> of a process that
 * died, and is cut. A sealed segment was forced as a whole before the next was begun, so there
 * every unreadable group is damage.
 */
final class Recovery {
  private final Journal journal;
  private final Layout layout;

  Recovery(Journal journal, Layout layout) {
    this.journal = journal;
    this.layout = layout;
  }

  /**
   * Makes the state that the journal comes to.
   *
   * @param state an empty state
   * @param sealed the indexes of the first segments; those after them are read line by line
   * @return the offset in the tail behind the last whole group
   * @throws StorageException if the journal is damaged
   */
  long replay(State state, SealedTasks sealed) throws IOException {
    try {
      state.begin(sealed);
    } catch (DamagedSegmentException e) {
      throw damaged(e.segment(), e.offset(), String.valueOf(e.getMessage()));
    }
    List<Integer> all = journal.manifest().sealed();
    for (int number : all.subList(sealed.segments().size(), all.size())) {
      replaySealed(number, state);
    }
    return replayTail(journal.manifest().tail(), state);
  }

  /**
   * Opens the indexes of all sealed segments; makes those that are missing.
   *
   * @throws StorageException if a segment that must be read for that is damaged
   */
  SealedTasks openIndexes(Disk disk) throws IOException {
    var indexes = new ArrayList<SegmentIndex>();
    try {
      for (int number : journal.manifest().sealed()) {
        indexes.add(SegmentIndex.openOrBuild(disk, layout, number));
      }
      return new SealedTasks(indexes);
    } catch (DamagedSegmentException e) {
      throw damaged(e.segment(), e.offset(), "which was forced as a whole");
    }
  }

  private void replaySealed(int number, State state) throws IOException {
    GroupReader reader = new GroupReader(journal.file(number), 0);
    replayGroups(number, reader, state);
    if (!reader.atEnd()) {
      throw damaged(number, reader.end(), "which was forced as a whole");
    }
  }

  private long replayTail(int number, State state) throws IOException {
    GroupReader reader = new GroupReader(journal.file(number), 0);
    replayGroups(number, reader, state);
    long end = reader.end();
    if (!reader.atEnd()) {
      refuseDamage(number, end, reader);
    }
    return end;
  }

  /** Goes on behind what is unreadable, and refuses if somebody had known it to be forced. */
  private void refuseDamage(int number, long end, GroupReader reader) throws IOException {
    while (reader.skipDamage()) {
      if (reader.forced() > end) {
        throw damaged(
            number,
            end,
            "but the group at offset "
                + reader.start()
                + " knows the segment to be forced up to offset "
                + reader.forced());
      }
    }
  }

  private void replayGroups(int number, GroupReader reader, State state) throws IOException {
    while (reader.next()) {
      try (LineReader lines = reader.lines()) {
        while (lines.hasNext()) {
          apply(lines, number, reader, state);
        }
      }
    }
  }

  private void apply(LineReader lines, int number, GroupReader group, State state)
      throws IOException {
    try {
      Line line = lines.next();
      state.apply(line, Location.pack(number, group.offset(lines)));
    } catch (IllegalArgumentException | IllegalStateException e) {
      StorageException failure =
          damaged(number, group.offset(lines), "although its sum is right: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    }
  }

  private StorageException damaged(int number, long offset, String why) {
    return Journal.damaged(
        layout, "segment " + number + " is not readable at offset " + offset + ", " + why);
  }

  /**
   * Sees to it that what can be read of the tail is on stable storage, before anybody is shown it.
   *
   * <p>An owner that did not close the journal may have died after a force that failed. Then the
   * system still reads back what it has dropped, and another force of the same file says that all
   * is well; so the tail of such an owner is written anew.
   *
   * @throws StorageException if the tail is damaged
   */
  void secureTail() throws IOException {
    int number = journal.manifest().tail();
    GroupReader reader = new GroupReader(journal.file(number), 0);
    boolean closed = true;
    while (reader.next()) {
      closed = endsWithClose(reader);
    }
    long end = reader.end();
    if (!reader.atEnd()) {
      refuseDamage(number, end, reader);
    }
    journal.endsAt(end);
    if (closed) {
      journal.startAt(end);
    } else {
      copyTail();
    }
  }

  private static boolean endsWithClose(GroupReader group) throws IOException {
    var last = new boolean[1];
    group.forEachLine(
        (bytes, start, length, at) -> last[0] = LineWriter.isClose(bytes, start, length));
    return last[0];
  }

  /**
   * Copies the whole groups of the tail, whose force has failed, to a new segment, forces it and
   * puts it in the tail's place.
   */
  void copyTail() throws IOException {
    int from = journal.manifest().tail();
    int to = journal.nextNumber();
    journal.replaceTail(to, copyGroups(from, to));
    journal.drop(from);
  }

  private long copyGroups(int from, int to) throws IOException {
    try (DiskFile target = journal.create(to)) {
      GroupReader reader = new GroupReader(journal.file(from), 0);
      var out = new JsonBuffer();
      long size = 0;
      long copied = 0;
      // A write that failed may yet have left a whole group; its caller was told otherwise.
      long last = Location.offset(journal.end());
      while (reader.next() && reader.end() <= last) {
        out.clear();
        reader.forEachLine((bytes, start, length, at) -> out.put(bytes, start, length + 1));
        GroupFormat.seal(out, 0, reader.lineCount(), 0);
        target.write(out.from(0), size);
        size += out.size();
        copied = reader.end();
      }
      requireForcedPart(from, copied);
      target.force();
      return size;
    }
  }

  /** What was acknowledged must be in the copy, whatever the failed force has done. */
  private void requireForcedPart(int number, long end) {
    long forced = journal.forced();
    if (Location.segment(forced) == number && end < Location.offset(forced)) {
      throw damaged(number, end, "but was forced up to offset " + Location.offset(forced));
    }
  }
}
