package dev.omniq.storage.file;

import dev.omniq.storage.file.Effect.Standing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Writes a segment that is sealed from the start, with its index: one task after the other,
 * ascending by id, in groups. It is forced every few MiB, so that the disk is never busy for long
 * with what nobody waits for. Not thread-safe.
 */
final class SegmentWriter implements Closeable {
  private static final int GROUP = 128 << 10;
  private static final int FORCE_EVERY = 4 << 20;
  private static final byte[] LABELS = "\"labels\":{".getBytes(StandardCharsets.US_ASCII);

  private final int number;
  private final DiskFile file;
  private final IndexWriter index;
  private final LineSource source;
  private final JsonBuffer group = new JsonBuffer();
  private int lines;
  private long written;
  private long forced;

  SegmentWriter(Disk disk, Layout layout, int number, LineSource source) throws IOException {
    this.number = number;
    this.source = source;
    disk.delete(layout.index(number));
    file = disk.open(layout.segment(number));
    file.truncate(0);
    index = new IndexWriter(disk, layout, number);
  }

  /** The length of the segment so far. */
  long size() {
    return written + group.size();
  }

  /** Whether a group is full, which {@link #flush} should write. */
  boolean isGroupFull() {
    return group.size() >= GROUP;
  }

  /** Appends a live or finished task, in one line. */
  void add(Effect effect) throws IOException {
    long at = location();
    Standing standing = effect.theStanding();
    boolean told =
        standing.at() == Location.NONE
            && !effect.isClaimedSince()
            && effect.notes() == Location.NONE;
    Set<Integer> labels;
    if (told) {
      ByteBuffer line = source.add(effect.theBody().at());
      copy(line);
      labels = mayHaveLabels(line) ? labels(source.whole(effect)) : Set.of();
    } else {
      Line.Add line = source.whole(effect);
      LineWriter.write(group, line);
      lines++;
      labels = labels(line);
    }
    index.add(effect.inOneLine(at, lengthSince(at)), labels);
  }

  private void copy(ByteBuffer line) {
    group.put(line.array(), line.arrayOffset() + line.position(), line.remaining()).put('\n');
    lines++;
  }

  /** Few have, and only those are worth reading. */
  private static boolean mayHaveLabels(ByteBuffer line) {
    for (int i = line.position(); i <= line.limit() - LABELS.length; i++) {
      if (line.get(i) == LABELS[0]
          && Arrays.equals(
              line.array(),
              line.arrayOffset() + i,
              line.arrayOffset() + i + LABELS.length,
              LABELS,
              0,
              LABELS.length)) {
        return true;
      }
    }
    return false;
  }

  private static Set<Integer> labels(Line.Add line) {
    return Terms.ofLabels(line.task().labels());
  }

  private long location() {
    return Location.pack(number, written + group.size());
  }

  /** The length of the line that begins at a place and was written last, without its break. */
  private int lengthSince(long at) {
    return (int) (location() - at) - 1;
  }

  /** Ends the group, if one was begun, and writes it; returns its length. */
  int flush() throws IOException {
    if (lines == 0) {
      return 0;
    }
    GroupFormat.seal(group, 0, lines, forced);
    int length = group.size();
    file.write(group.from(0), written);
    written += length;
    group.clear();
    lines = 0;
    if (written - forced >= FORCE_EVERY) {
      file.force();
      forced = written;
    }
    return length;
  }

  /** Writes and forces what is left, and the index; whoever needs the names forces them. */
  void finish() throws IOException {
    flush();
    file.force();
    index.finish(written);
  }

  @Override
  public void close() throws IOException {
    try (index) {
      file.close();
    }
  }
}
