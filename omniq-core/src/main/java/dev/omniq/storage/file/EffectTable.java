package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of a segment come to, one effect for each task. They are kept as records of an
 * index, which take about half of the memory of the objects and leave a collector next to nothing
 * to follow. Not thread-safe.
 */
final class EffectTable {
  /** How many records a buffer has. */
  private static final int CHUNK = 4_096;

  private final int segment;
  private final List<ByteBuffer> records = new ArrayList<>();
  private final KindNumbers kinds = new KindNumbers();

  /** What few have beside their record, such as a claim, by the position of that. */
  private final Map<Integer, byte[]> extras = new HashMap<>();

  /** A hash table of positions, each counted from 1; 0 where there is none. */
  private int[] slots = new int[1 << 10];

  private int size;

  /** An empty table of a segment: of the places that effects tell, only the offset is kept. */
  EffectTable(int segment) {
    this.segment = segment;
  }

  /** Puts an effect over what the earlier lines have come to for its task. */
  void add(Effect later) {
    int slot = slot(later.id());
    if (slots[slot] > 0) {
      int position = slots[slot] - 1;
      put(position, later.after(read(position)));
      return;
    }
    if (size == records.size() * CHUNK) {
      records.add(ByteBuffer.allocate(CHUNK * IndexFormat.RECORD));
    }
    put(size++, later);
    slots[slot] = size;
    if (2 * size > slots.length) {
      spread();
    }
  }

  /** The slot of an id, or the free one where it belongs. */
  private int slot(TaskId id) {
    long high = id.value().getMostSignificantBits();
    long low = id.value().getLeastSignificantBits();
    long mixed = (high * 0x9e37_79b9_7f4a_7c15L ^ low) * 0xbf58_476d_1ce4_e5b9L;
    int slot = (int) (mixed >>> Long.SIZE - Integer.numberOfTrailingZeros(slots.length));
    while (slots[slot] > 0 && !EffectCodec.hasId(chunk(slots[slot] - 1), at(slots[slot] - 1), id)) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  /** Doubles the slots. */
  private void spread() {
    slots = new int[2 * slots.length];
    for (int position = 0; position < size; position++) {
      slots[slot(EffectCodec.id(chunk(position), at(position)))] = position + 1;
    }
  }

  private void put(int position, Effect effect) {
    ByteBuffer chunk = chunk(position).position(at(position));
    boolean had = EffectCodec.hasExtra(chunk, at(position));
    EffectCodec.putRecord(effect, kinds.of(effect), 0, chunk);
    if (EffectCodec.hasExtra(chunk, at(position))) {
      extras.put(position, EffectCodec.extra(effect));
    } else if (had) {
      extras.remove(position);
    }
  }

  private Effect read(int position) {
    ByteBuffer chunk = chunk(position);
    int at = at(position);
    ByteBuffer extra =
        EffectCodec.hasExtra(chunk, at)
            ? ByteBuffer.wrap(Objects.requireNonNull(extras.get(position)))
            : EffectCodec.NO_EXTRA;
    return EffectCodec.read(chunk, at, segment, kinds.all(), extra);
  }

  private ByteBuffer chunk(int position) {
    return records.get(position / CHUNK);
  }

  private static int at(int position) {
    return position % CHUNK * IndexFormat.RECORD;
  }

  /** Walks over all, ascending by id. */
  Walk ascending() {
    var order = new Integer[size];
    Arrays.setAll(order, Integer::valueOf);
    Arrays.sort(
        order,
        (one, other) -> EffectCodec.compareIds(chunk(one), at(one), chunk(other), at(other)));
    return new Walk(order);
  }

  /** One walk over the table, to which nothing may be added meanwhile; not thread-safe. */
  final class Walk {
    private final Integer[] order;
    private int next;

    private Walk(Integer[] order) {
      this.order = order;
    }

    /** The effect of the next task; null at the end. */
    @Nullable Effect next() {
      return next < order.length ? read(order[next++]) : null;
    }
  }
}
