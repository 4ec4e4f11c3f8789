package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Header;
import dev.omniq.storage.file.IndexFormat.Kind;
import dev.omniq.task.TaskId;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the index of a segment, effect by effect, ascending by id. The file has another name until
 * it is complete and forced; so what bears the name of an index is whole. The records themselves
 * are not kept in memory until the end, only extras, kinds and lists. Not thread-safe.
 */
final class IndexWriter implements Closeable {
  private static final int BLOCK = 512 * IndexFormat.RECORD;

  private final Disk disk;
  private final Layout layout;
  private final int segment;
  private final DiskFile file;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
  private final ByteArrayOutputStream extras = new ByteArrayOutputStream();
  private final KindNumbers kinds = new KindNumbers();
  private final IndexLists lists = new IndexLists();
  private long written = IndexFormat.HEADER;
  private long records;
  private @Nullable TaskId last;

  IndexWriter(Disk disk, Layout layout, int segment) throws IOException {
    this.disk = disk;
    this.layout = layout;
    this.segment = segment;
    disk.delete(layout.nextIndex(segment));
    this.file = disk.open(layout.nextIndex(segment));
  }

  /**
   * Appends an effect; its id must be above that of the last one.
   *
   * @param labels those of the task, as {@link Terms}, if the effect has a body
   */
  void add(Effect effect, Collection<Integer> labels) throws IOException {
    TaskId before = last;
    if (before != null && effect.id().compareTo(before) <= 0) {
      throw new IllegalArgumentException("task " + effect.id() + " does not ascend");
    }
    last = effect.id();
    records++;
    if (!block.hasRemaining()) {
      flush();
    }
    int kind = kinds.of(effect);
    EffectCodec.putRecord(effect, kind, extras.size(), block);
    lists.add(effect, kind, labels);
    byte[] extra = EffectCodec.extra(effect);
    if (extra.length > 0) {
      new DataOutputStream(extras).writeInt(extra.length);
      extras.write(extra);
    }
  }

  /**
   * Completes the file, forces it, and gives it its name; that the name is not forced costs no more
   * than making the index again.
   *
   * @param segmentBytes the length of the segment
   */
  void finish(long segmentBytes) throws IOException {
    flush();
    write(ByteBuffer.wrap(extras.toByteArray()));
    write(lists.lists());
    write(lists.terms());
    ByteBuffer kindBytes = kindBytes();
    int kindsLength = kindBytes.remaining();
    write(kindBytes);
    var header =
        new Header(
            segment,
            segmentBytes,
            records,
            extras.size(),
            lists.termCount(),
            kindsLength,
            (int) crc.getValue());
    file.write(header.write(), 0);
    file.force();
    file.close();
    disk.rename(layout.nextIndex(segment), layout.index(segment));
  }

  private ByteBuffer kindBytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var to = new DataOutputStream(bytes);
    List<Kind> all = kinds.all();
    to.writeInt(all.size());
    for (Kind kind : all) {
      EffectCodec.putText(kind.queue(), to);
      EffectCodec.putText(kind.name(), to);
    }
    lists.writeDirectory(to);
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private void flush() throws IOException {
    write(block.flip());
    block.clear();
  }

  private void write(ByteBuffer bytes) throws IOException {
    crc.update(bytes.duplicate());
    int length = bytes.remaining();
    file.write(bytes, written);
    written += length;
  }

  /** Closes the file; one that was not finished is nothing. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
