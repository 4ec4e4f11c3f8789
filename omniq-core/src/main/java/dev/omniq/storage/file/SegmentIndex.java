package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Header;
import dev.omniq.storage.file.IndexFormat.Kind;
import dev.omniq.storage.file.IndexLists.Group;
import dev.omniq.task.TaskId;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index of a sealed segment: the {@link Effect} of that segment on each task that it touches,
 * found by id or walked through in the order of ids, without a look at the segment itself.
 *
 * <p>In memory it keeps the id of every {@value #FENCE}th record, the pairs of queue and name,
 * where the lists are, and a hint of when the tasks were stored; an id outside of its range costs
 * no read, one inside costs one. The file is read, not mapped: a mapping would keep a deleted
 * file's space until the collector finds it. Thread-safe; a cursor is not.
 */
final class SegmentIndex implements Closeable {
  /** How many records a block has. */
  static final int FENCE = 64;

  private static final int CHUNK = 1024 * IndexFormat.RECORD;

  private final DiskFile file;
  private final Header header;
  private final List<Kind> kinds;
  private final List<Group> groups;
  private final CreatedTimes created;
  private final long[] fences;
  private final TaskId last;

  private SegmentIndex(
      DiskFile file, Header header, ByteBuffer kinds, long[] fences, @Nullable TaskId last) {
    this.file = file;
    this.header = header;
    this.kinds = kinds(kinds);
    groups = IndexLists.readDirectory(kinds);
    created = CreatedTimes.read(kinds);
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
    SegmentFold.Folded folded = SegmentFold.read(segment, lines);
    try (var writer = new IndexWriter(disk, layout, segment)) {
      EffectTable.Walk effects = folded.effects();
      for (Effect effect = effects.next(); effect != null; effect = effects.next()) {
        writer.add(effect, folded.labels().getOrDefault(effect.id(), Set.of()));
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
    sumRest(file, header, crc);
    ByteBuffer kinds = ByteBuffer.allocate(header.kinds());
    file.read(kinds, header.kindsAt());
    crc.update(kinds.flip().duplicate());
    return (int) crc.getValue() == header.crc()
        ? new SegmentIndex(file, header, kinds, fences, last)
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

  private static void sumRest(DiskFile file, Header header, CRC32C crc) throws IOException {
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

  /** The kinds of its records, by their numbers. */
  List<Kind> kinds() {
    return kinds;
  }

  /** The groups of its records. */
  List<Group> groups() {
    return groups;
  }

  /** When the tasks were stored that the segment adds. */
  CreatedTimes created() {
    return created;
  }

  /** The file, and what is where in it. */
  DiskFile file() {
    return file;
  }

  Header header() {
    return header;
  }

  /** What the segment says of a task; empty if nothing. */
  Optional<Effect> find(TaskId id) throws IOException {
    return mayHold(id) ? find(id, block(fenceBelow(id)), new Window(file)) : Optional.empty();
  }

  /** Whether an id is in the range of the ids that there are. */
  boolean mayHold(TaskId id) {
    return size() > 0 && id.compareTo(last) <= 0 && id.compareTo(fence(0)) >= 0;
  }

  /** What the segment says of a task, by the only block in which it can be. */
  Optional<Effect> find(TaskId id, Block block, Window extras) throws IOException {
    int found = block.search(id);
    return block.has(found, id)
        ? Optional.of(effect(block.records(), found * IndexFormat.RECORD, extras))
        : Optional.empty();
  }

  /** Walks up over the ids above this one, or over all. */
  Cursor ascending(Optional<TaskId> above) throws IOException {
    return new Cursor(above.isPresent() ? positionAbove(above.get()) : 0);
  }

  /** A walk over the effects; not thread-safe. */
  final class Cursor {
    private final Window records = new Window(file);
    private final Window extras = new Window(file);
    private long position;

    private Cursor(long first) {
      this.position = first;
    }

    /** The next effect; null at the end. */
    @Nullable Effect next() throws IOException {
      if (position >= size()) {
        return null;
      }
      ByteBuffer record =
          records.bytes(IndexFormat.HEADER + position * IndexFormat.RECORD, IndexFormat.RECORD);
      position++;
      return effect(record, record.position(), extras);
    }
  }

  private Effect effect(ByteBuffer records, int at, Window extras) throws IOException {
    ByteBuffer extra =
        EffectCodec.hasExtra(records, at)
            ? extra(extras, EffectCodec.extraAt(records, at))
            : EffectCodec.NO_EXTRA;
    return EffectCodec.read(records, at, segment(), kinds, extra);
  }

  private ByteBuffer extra(Window window, long offset) throws IOException {
    long at = header.extrasAt() + offset;
    int length = window.bytes(at, Integer.BYTES).getInt();
    return window.bytes(at + Integer.BYTES, length);
  }

  /** The position of the first record with a higher id. */
  private long positionAbove(TaskId id) throws IOException {
    if (size() == 0 || id.compareTo(fence(0)) < 0) {
      return 0;
    }
    Block block = block(fenceBelow(id));
    int found = block.search(id);
    return block.first() + found + (block.has(found, id) ? 1 : 0);
  }

  /**
   * The records from one fence to the next.
   *
   * @param first the position of the first one
   * @param count how many there are
   */
  record Block(long first, int count, ByteBuffer records) {

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

    TaskId idAt(int index) {
      return EffectCodec.id(records, index * IndexFormat.RECORD);
    }
  }

  /** Reads the block with this number. */
  Block block(int number) throws IOException {
    long first = number * (long) FENCE;
    int count = (int) Math.min(FENCE, size() - first);
    ByteBuffer records = ByteBuffer.allocate(count * IndexFormat.RECORD);
    file.read(records, IndexFormat.HEADER + first * IndexFormat.RECORD);
    if (records.hasRemaining()) {
      throw new EOFException("the index of segment " + segment() + " has become shorter");
    }
    return new Block(first, count, records.flip());
  }

  /**
   * The number of the only block in which an id can be that is not below the first one: its fence
   * is the last at or below the id.
   */
  int fenceBelow(TaskId id) {
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
