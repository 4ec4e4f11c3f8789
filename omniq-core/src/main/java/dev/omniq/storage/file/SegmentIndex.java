package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Header;
import dev.omniq.storage.file.IndexFormat.Kind;
import dev.omniq.task.TaskId;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index of a sealed segment: the {@link Effect} of that segment on each task that it touches,
 * found by id or walked through in the order of ids, without a look at the segment itself.
 *
 * <p>In memory it keeps the id of every {@value #FENCE}th record and the pairs of queue and name;
 * an id outside of its range costs no read, one inside costs one. The file is read, not mapped: a
 * mapping would keep a deleted file's space until the collector finds it. Thread-safe; a cursor is
 * not.
 */
final class SegmentIndex implements Closeable {
  private static final int FENCE = 64;
  private static final int CHUNK = 1024 * IndexFormat.RECORD;

  private final DiskFile file;
  private final Header header;
  private final List<Kind> kinds;
  private final long[] fences;
  private final TaskId last;

  private SegmentIndex(
      DiskFile file, Header header, List<Kind> kinds, long[] fences, @Nullable TaskId last) {
    this.file = file;
    this.header = header;
    this.kinds = kinds;
    this.fences = fences;
    this.last = last == null ? new TaskId(new UUID(0, 0)) : last;
  }

  /**
   * Opens the index of a segment; empty if there is none, or none that fits this segment and is
   * whole.
   *
   * @param segmentBytes the length of the segment
   */
  static Optional<SegmentIndex> open(Disk disk, Layout layout, int segment, long segmentBytes)
      throws IOException {
    if (!disk.exists(layout.index(segment))) {
      return Optional.empty();
    }
    DiskFile file = disk.openToRead(layout.index(segment));
    SegmentIndex index = null;
    try {
      index = load(file, segment, segmentBytes);
      return Optional.ofNullable(index);
    } finally {
      if (index == null) {
        file.close();
      }
    }
  }

  /**
   * Makes the index of a sealed segment by reading it, and opens it.
   *
   * @throws DamagedSegmentException if the segment is not readable as a whole
   */
  static SegmentIndex build(Disk disk, Layout layout, int segment, DiskFile lines)
      throws IOException {
    List<Effect> effects = SegmentFold.read(segment, lines);
    try (var writer = new IndexWriter(disk, layout, segment)) {
      for (Effect effect : effects) {
        writer.add(effect);
      }
      writer.finish(lines.size());
    }
    return open(disk, layout, segment, lines.size())
        .orElseThrow(() -> new IOException("the index of segment " + segment + " cannot be read"));
  }

  /**
   * Opens the index of a sealed segment, and makes it before if it is missing or bad.
   *
   * @throws DamagedSegmentException if it must be made and the segment is not readable as a whole
   */
  static SegmentIndex openOrBuild(Disk disk, Layout layout, int segment) throws IOException {
    try (DiskFile lines = disk.openToRead(layout.segment(segment))) {
      Optional<SegmentIndex> found = open(disk, layout, segment, lines.size());
      return found.isPresent() ? found.get() : build(disk, layout, segment, lines);
    }
  }

  private static @Nullable SegmentIndex load(DiskFile file, int segment, long segmentBytes)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(IndexFormat.HEADER);
    file.read(start, 0);
    Header header = Header.read(start.flip());
    if (header == null
        || header.segment() != segment
        || header.segmentBytes() != segmentBytes
        || header.fileBytes() != file.size()) {
      return null;
    }
    var fences = new long[2 * Math.toIntExact((header.records() + FENCE - 1) / FENCE)];
    var crc = new CRC32C();
    TaskId last = readRecords(file, header, fences, crc);
    sumExtras(file, header, crc);
    ByteBuffer kinds = ByteBuffer.allocate(header.kinds());
    file.read(kinds, header.kindsAt());
    crc.update(kinds.flip().duplicate());
    return (int) crc.getValue() == header.crc()
        ? new SegmentIndex(file, header, kinds(kinds), fences, last)
        : null;
  }

  /** Sums the records and takes the fences out of them; returns the last id. */
  private static @Nullable TaskId readRecords(
      DiskFile file, Header header, long[] fences, CRC32C crc) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    TaskId last = null;
    int fence = 0;
    for (long at = IndexFormat.HEADER; at < header.extrasAt(); at += CHUNK) {
      chunk.clear().limit((int) Math.min(CHUNK, header.extrasAt() - at));
      file.read(chunk, at);
      chunk.flip();
      for (int i = 0; i < chunk.limit(); i += FENCE * IndexFormat.RECORD) {
        fences[fence++] = chunk.getLong(i);
        fences[fence++] = chunk.getLong(i + Long.BYTES);
      }
      last = EffectCodec.id(chunk, chunk.limit() - IndexFormat.RECORD);
      crc.update(chunk);
    }
    return last;
  }

  private static void sumExtras(DiskFile file, Header header, CRC32C crc) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (long at = header.extrasAt(); at < header.kindsAt(); at += CHUNK) {
      chunk.clear().limit((int) Math.min(CHUNK, header.kindsAt() - at));
      file.read(chunk, at);
      crc.update(chunk.flip());
    }
  }

  private static List<Kind> kinds(ByteBuffer from) {
    int count = from.getInt();
    var kinds = new ArrayList<Kind>(count);
    for (int i = 0; i < count; i++) {
      kinds.add(new Kind(EffectCodec.text(from), EffectCodec.text(from)));
    }
    return kinds;
  }

  /** The segment that is indexed. */
  int segment() {
    return header.segment();
  }

  /** The length of that segment. */
  long segmentBytes() {
    return header.segmentBytes();
  }

  /** How many tasks the segment touches. */
  long size() {
    return header.records();
  }

  /** What the segment says of a task; empty if nothing. */
  Optional<Effect> find(TaskId id) throws IOException {
    if (size() == 0 || id.compareTo(last) > 0 || id.compareTo(fence(0)) < 0) {
      return Optional.empty();
    }
    Block block = blockOf(id);
    int found = block.search(id);
    return block.has(found, id)
        ? Optional.of(
            EffectCodec.read(
                block.records(),
                found * IndexFormat.RECORD,
                segment(),
                kinds,
                extra -> extra(new Window(file), extra)))
        : Optional.empty();
  }

  /** Walks up over the ids above this one, or over all. */
  Cursor ascending(Optional<TaskId> above) throws IOException {
    long from = above.isPresent() ? position(above.get(), true) : 0;
    return new Cursor(from, 1);
  }

  /** Walks down over the ids below this one, or over all. */
  Cursor descending(Optional<TaskId> below) throws IOException {
    long from = below.isPresent() ? position(below.get(), false) : size();
    return new Cursor(from - 1, -1);
  }

  /** A walk over the effects; not thread-safe. */
  final class Cursor {
    private final Window records = new Window(file);
    private final Window extras = new Window(file);
    private final int step;
    private long position;

    private Cursor(long first, int step) {
      this.position = first;
      this.step = step;
    }

    /** The next effect; null at the end. */
    @Nullable Effect next() throws IOException {
      if (position < 0 || position >= size()) {
        return null;
      }
      ByteBuffer record =
          records.bytes(IndexFormat.HEADER + position * IndexFormat.RECORD, IndexFormat.RECORD);
      position += step;
      return EffectCodec.read(
          record, record.position(), segment(), kinds, extra -> extra(extras, extra));
    }
  }

  private ByteBuffer extra(Window window, long offset) throws IOException {
    long at = header.extrasAt() + offset;
    int length = window.bytes(at, Integer.BYTES).getInt();
    return window.bytes(at + Integer.BYTES, length);
  }

  /** The position of the first record with this id or a higher one; with a higher one only. */
  private long position(TaskId id, boolean higher) throws IOException {
    if (size() == 0 || id.compareTo(fence(0)) < 0) {
      return 0;
    }
    Block block = blockOf(id);
    int found = block.search(id);
    return block.first() + found + (higher && block.has(found, id) ? 1 : 0);
  }

  /**
   * The records from one fence to the next.
   *
   * @param first the position of the first one
   * @param count how many there are
   */
  private record Block(long first, int count, ByteBuffer records) {

    /** The index of the first record with this id or a higher one. */
    int search(TaskId id) {
      int from = 0;
      int to = count;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (idAt(middle).compareTo(id) < 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from;
    }

    boolean has(int index, TaskId id) {
      return index < count && idAt(index).equals(id);
    }

    private TaskId idAt(int index) {
      return EffectCodec.id(records, index * IndexFormat.RECORD);
    }
  }

  /** Reads the only block in which an id can be that is not below the first one. */
  private Block blockOf(TaskId id) throws IOException {
    long first = fenceBelow(id) * (long) FENCE;
    int count = (int) Math.min(FENCE, size() - first);
    ByteBuffer records = ByteBuffer.allocate(count * IndexFormat.RECORD);
    file.read(records, IndexFormat.HEADER + first * IndexFormat.RECORD);
    if (records.hasRemaining()) {
      throw new EOFException("the index of segment " + segment() + " has become shorter");
    }
    return new Block(first, count, records.flip());
  }

  /** The last fence at or below the id; the first one is. */
  private int fenceBelow(TaskId id) {
    int from = 0;
    int to = fences.length / 2;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (fence(middle).compareTo(id) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from - 1;
  }

  private TaskId fence(int index) {
    return new TaskId(new UUID(fences[2 * index], fences[2 * index + 1]));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
