package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The effects of single lines, in the order of the lines. Those that fit are kept as records of an
 * index, in a quarter of the memory that the objects would take. {@link #ascending} puts those of
 * one task together. Not thread-safe.
 */
final class EffectLog {
  /** How many records an array has. */
  private static final int CHUNK = 4_096;

  private final int segment;
  private final List<ByteBuffer> records = new ArrayList<>();
  private final List<Effect> larger = new ArrayList<>();
  private final KindNumbers kinds = new KindNumbers();
  private int size;

  /** An empty log of a segment. */
  EffectLog(int segment) {
    this.segment = segment;
  }

  /** Appends what a line comes to for a task. */
  void add(Effect effect) {
    if (size == records.size() * CHUNK) {
      records.add(ByteBuffer.allocate(CHUNK * IndexFormat.RECORD));
    }
    EffectCodec.putRecord(effect, kinds.of(effect), larger.size(), chunk(size));
    if (EffectCodec.hasExtra(effect)) {
      larger.add(effect);
    }
    size++;
  }

  /** Walks over what the effects come to, one for each task, ascending by id. */
  Walk ascending() {
    var order = new Integer[size];
    Arrays.setAll(order, Integer::valueOf);
    Arrays.sort(order, this::compareIds); // which keeps the order of those of one task
    return new Walk(order);
  }

  private int compareIds(int one, int other) {
    return EffectCodec.compareIds(chunk(one), at(one), chunk(other), at(other));
  }

  private ByteBuffer chunk(int position) {
    return records.get(position / CHUNK);
  }

  private static int at(int position) {
    return position % CHUNK * IndexFormat.RECORD;
  }

  /** A walk over the log, to which nothing may be added meanwhile; not thread-safe. */
  final class Walk {
    private final Integer[] order;
    private final List<Kind> kindList = kinds.all();
    private int next;

    private Walk(Integer[] order) {
      this.order = order;
    }

    /** The effect of the next task; null at the end. */
    @Nullable Effect next() {
      if (next == order.length) {
        return null;
      }
      int first = order[next++];
      Effect effect = read(first);
      while (next < order.length && compareIds(first, order[next]) == 0) {
        effect = read(order[next++]).after(effect);
      }
      return effect;
    }

    private Effect read(int position) {
      ByteBuffer chunk = chunk(position);
      int at = at(position);
      return EffectCodec.hasExtra(chunk, at)
          ? larger.get((int) EffectCodec.extra(chunk, at))
          : EffectCodec.read(chunk, at, segment, kindList, EffectCodec.NO_EXTRA);
    }
  }
}
