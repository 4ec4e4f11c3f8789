package dev.omniq.storage.file;

import dev.omniq.task.TaskQuery;
import dev.omniq.task.Times;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * When the tasks were stored whose add lines stand in a segment: the first and the last time for
 * each {@value #PART} bytes of it. So it is mostly known where a task was added that was stored in
 * an hour, without a look at any task. Times are microseconds since the epoch.
 */
final class CreatedTimes {
  private static final int PART = 64 << 10;

  /** The first and the last time of each part in turn; where nothing was added, no time is both. */
  private long[] bounds = new long[0];

  /**
   * A time that a query asks for.
   *
   * @param from the first that counts
   * @param before the first that counts no more
   */
  record Span(long from, long before) {
    static final Span ALWAYS = new Span(Long.MIN_VALUE, Long.MAX_VALUE);

    static Span of(TaskQuery query) {
      return new Span(
          query.createdFrom().map(Times::roundUp).map(Times::toMicros).orElse(ALWAYS.from),
          query.createdBefore().map(Times::roundUp).map(Times::toMicros).orElse(ALWAYS.before));
    }

    /** Whether a task that was stored then is asked for. */
    boolean contains(long createdAt) {
      return createdAt >= from && createdAt < before;
    }
  }

  /** Notes when the task was stored whose add line begins at an offset. */
  void add(long offset, long createdAt) {
    int part = 2 * (int) (offset / PART);
    if (part >= bounds.length) {
      int known = bounds.length;
      bounds = Arrays.copyOf(bounds, Math.max(part + 2, 2 * known));
      for (int i = known; i < bounds.length; i += 2) {
        bounds[i] = Long.MAX_VALUE;
        bounds[i + 1] = Long.MIN_VALUE;
      }
    }
    bounds[part] = Math.min(bounds[part], createdAt);
    bounds[part + 1] = Math.max(bounds[part + 1], createdAt);
  }

  /** Whether a task can have been stored at such a time whose add line begins at an offset. */
  boolean mayContain(long offset, Span span) {
    int part = 2 * (int) (offset / PART);
    return part < bounds.length && overlaps(part, span);
  }

  /** Whether any task can have been stored at such a time. */
  boolean mayContain(Span span) {
    for (int part = 0; part < bounds.length; part += 2) {
      if (overlaps(part, span)) {
        return true;
      }
    }
    return false;
  }

  private boolean overlaps(int part, Span span) {
    return bounds[part] < span.before && bounds[part + 1] >= span.from;
  }

  void write(DataOutputStream to) throws IOException {
    to.writeInt(bounds.length);
    for (long bound : bounds) {
      to.writeLong(bound);
    }
  }

  /** The inverse of {@link #write}. */
  static CreatedTimes read(ByteBuffer from) {
    var times = new CreatedTimes();
    times.bounds = new long[from.getInt()];
    from.asLongBuffer().get(times.bounds);
    from.position(from.position() + times.bounds.length * Long.BYTES);
    return times;
  }
}
