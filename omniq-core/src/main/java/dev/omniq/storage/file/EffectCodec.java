package dev.omniq.storage.file;

import dev.omniq.storage.file.Effect.Body;
import dev.omniq.storage.file.Effect.Hold;
import dev.omniq.storage.file.Effect.Standing;
import dev.omniq.storage.file.IndexLists.Group;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Effects as records of an index: what nearly all have in a record of {@value IndexFormat#RECORD}
 * bytes, what few have behind it as an extra.
 */
final class EffectCodec {

  // Offsets in a record. A line is its offset in 40 bits and its length in 24, cut off at most.
  private static final int ADD = 16;
  private static final int SET = 24;
  private static final int SEQUENCE = 32;
  private static final int CREATED = 40;
  private static final int TIME = 48;
  private static final int REVISION = 56;
  private static final int KIND = 60;
  private static final int EXTRA = 64;
  private static final int FLAGS = 68;

  // Flags: the status in the lowest bits, then the priority, then one bit each.
  private static final int LOW_BITS = 0xf;
  private static final int PRIORITY_SHIFT = 4;
  private static final int GONE = 1 << 8;
  private static final int BODY = 1 << 9;
  private static final int STANDING = 1 << 10;
  private static final int SET_LINE = 1 << 11;
  private static final int HOLD = 1 << 12;
  private static final int NOTES = 1 << 13;
  private static final int KEY = 1 << 14;
  private static final int SERIES = 1 << 15;
  private static final int RECURRING = 1 << 16;
  private static final int SUSPECT = 1 << 17;
  private static final int DETACHED = 1 << 18;
  private static final int WITH_EXTRA = HOLD | NOTES | KEY | SERIES;

  private static final int LENGTH_BITS = 24;
  private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

  /** The place of a status is its number in the file. */
  private static final List<TaskStatus> STATUSES =
      List.of(
          TaskStatus.PENDING,
          TaskStatus.RUNNING,
          TaskStatus.SUCCESS,
          TaskStatus.FAILED,
          TaskStatus.CANCELLED);

  private static final byte[] NOTHING = {};
  private static final byte[] BLANK = new byte[IndexFormat.RECORD];

  /** What an effect without an extra is read with. */
  static final ByteBuffer NO_EXTRA = ByteBuffer.wrap(NOTHING);

  private EffectCodec() {}

  /** The number of a status in the file. */
  static int number(TaskStatus status) {
    return STATUSES.indexOf(status);
  }

  /** Reads of which group the record at an index of a buffer is. */
  static long group(ByteBuffer from, int at) {
    int flags = from.getInt(at + FLAGS);
    return Group.key(
        (flags & BODY) == 0 ? Group.NO_KIND : from.getInt(at + KIND),
        (flags & STANDING) == 0 ? Group.NO_STATUS : flags & LOW_BITS);
  }

  /** Reads when the task was stored that the record at an index of a buffer adds. */
  static long createdAt(ByteBuffer from, int at) {
    return from.getLong(at + CREATED);
  }

  /** Reads whether the effect of the record at an index of a buffer has more than that. */
  static boolean hasExtra(ByteBuffer from, int at) {
    return (from.getInt(at + FLAGS) & WITH_EXTRA) != 0;
  }

  /** Whether the record at an index of a buffer is of a task. */
  static boolean hasId(ByteBuffer from, int at, TaskId id) {
    return from.getLong(at) == id.value().getMostSignificantBits()
        && from.getLong(at + Long.BYTES) == id.value().getLeastSignificantBits();
  }

  /** Reads where the extra stands of the record at an index of a buffer, if there is one. */
  static long extraAt(ByteBuffer from, int at) {
    return Integer.toUnsignedLong(from.getInt(at + EXTRA));
  }

  /**
   * Puts the record of an effect.
   *
   * @param kind the index of the kind of its body; 0 without a body
   * @param extra where its extra will stand behind the first
   */
  static void putRecord(Effect effect, int kind, long extra, ByteBuffer to) {
    int start = to.position();
    to.put(BLANK);
    UUID id = effect.id().value();
    to.putLong(start, id.getMostSignificantBits());
    to.putLong(start + Long.BYTES, id.getLeastSignificantBits());
    Body body = effect.body();
    if (body != null) {
      to.putLong(start + ADD, line(body.at(), body.length()));
      to.putLong(start + SEQUENCE, body.sequence());
      to.putLong(start + CREATED, body.createdAt());
      to.putInt(start + KIND, kind);
    }
    Standing standing = effect.standing();
    if (standing != null) {
      to.putLong(start + SET, line(standing.at(), standing.length()));
      to.putLong(start + TIME, standing.time());
      to.putInt(start + REVISION, standing.revision());
    }
    int flags = flags(effect);
    to.putInt(start + EXTRA, (flags & WITH_EXTRA) == 0 ? 0 : (int) extra);
    to.putInt(start + FLAGS, flags);
  }

  private static int flags(Effect effect) {
    int flags = when(effect.gone(), GONE);
    flags |= when(effect.hold() != null, HOLD) | when(effect.notes() != Location.NONE, NOTES);
    Body body = effect.body();
    if (body != null) {
      flags |= BODY | body.priority() << PRIORITY_SHIFT | when(body.recurring(), RECURRING);
      flags |= when(body.key().isPresent(), KEY);
      flags |= when(!body.series().equals(effect.id()), SERIES);
    }
    Standing standing = effect.standing();
    if (standing != null) {
      flags |= STANDING | STATUSES.indexOf(standing.status());
      flags |= when(standing.at() != Location.NONE, SET_LINE);
      flags |= when(standing.suspect(), SUSPECT) | when(standing.detached(), DETACHED);
    }
    return flags;
  }

  private static int when(boolean condition, int flag) {
    return condition ? flag : 0;
  }

  private static long line(long at, int length) {
    return Location.offset(at) << LENGTH_BITS | Math.min(length, LENGTH_MASK);
  }

  /** What does not fit into the record of an effect; nothing for most. */
  static byte[] extra(Effect effect) {
    if ((flags(effect) & WITH_EXTRA) == 0) {
      return NOTHING;
    }
    var bytes = new ByteArrayOutputStream(128);
    try {
      putExtra(effect, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot be written to", e);
    }
    return bytes.toByteArray();
  }

  private static void putExtra(Effect effect, DataOutputStream to) throws IOException {
    int flags = flags(effect);
    Body body = effect.body();
    if (body != null && (flags & SERIES) != 0) {
      UUID series = body.series().value();
      to.writeLong(series.getMostSignificantBits());
      to.writeLong(series.getLeastSignificantBits());
    }
    if (body != null && body.key().isPresent()) {
      putText(body.key().get(), to);
    }
    Hold hold = effect.hold();
    if (hold != null) {
      putText(hold.worker(), to);
      to.writeLong(hold.claimedAt());
      to.writeLong(hold.terms().token());
      to.writeLong(hold.terms().first());
      to.writeLong(hold.terms().lease().toSeconds());
      to.writeInt(hold.terms().lease().toNanosPart());
      to.writeLong(hold.terms().owner());
    }
    if (effect.notes() != Location.NONE) {
      to.writeLong(Location.offset(effect.notes()));
    }
  }

  /** Writes any text, that of lone surrogates, too, which UTF-8 would lose. */
  static void putText(String text, DataOutputStream to) throws IOException {
    boolean narrow = text.chars().allMatch(c -> c < 0x100);
    to.writeInt(text.length() << 1 | (narrow ? 0 : 1));
    if (narrow) {
      to.writeBytes(text);
    } else {
      to.writeChars(text);
    }
  }

  /** Reads what {@link #putText} wrote. */
  static String text(ByteBuffer from) {
    int header = from.getInt();
    var text = new char[header >>> 1];
    for (int i = 0; i < text.length; i++) {
      text[i] = (header & 1) == 0 ? (char) (from.get() & 0xff) : from.getChar();
    }
    return new String(text);
  }

  /** Reads the id of the record at an index of a buffer. */
  static TaskId id(ByteBuffer from, int at) {
    return new TaskId(new UUID(from.getLong(at), from.getLong(at + Long.BYTES)));
  }

  /** Compares the ids of the records at two indexes, as {@link TaskId#compareTo} does. */
  static int compareIds(ByteBuffer one, int at, ByteBuffer other, int otherAt) {
    int high = Long.compareUnsigned(one.getLong(at), other.getLong(otherAt));
    return high != 0
        ? high
        : Long.compareUnsigned(one.getLong(at + Long.BYTES), other.getLong(otherAt + Long.BYTES));
  }

  /**
   * Reads the record at an index of a buffer.
   *
   * @param segment the segment that is indexed
   * @param extra its extra
   */
  static Effect read(
      ByteBuffer from, int at, int segment, List<IndexFormat.Kind> kinds, ByteBuffer extra) {
    TaskId id = id(from, at);
    int flags = from.getInt(at + FLAGS);
    Body body = null;
    if ((flags & BODY) != 0) {
      long line = from.getLong(at + ADD);
      IndexFormat.Kind kind = kinds.get(from.getInt(at + KIND));
      body =
          new Body(
              Location.pack(segment, line >>> LENGTH_BITS),
              (int) line & LENGTH_MASK,
              from.getLong(at + SEQUENCE),
              from.getLong(at + CREATED),
              kind.queue(),
              kind.name(),
              flags >> PRIORITY_SHIFT & LOW_BITS,
              (flags & RECURRING) != 0,
              (flags & SERIES) != 0 ? new TaskId(new UUID(extra.getLong(), extra.getLong())) : id,
              (flags & KEY) != 0 ? Optional.of(text(extra)) : Optional.empty());
    }
    return new Effect(
        id,
        body,
        standing(from, at, segment, flags),
        (flags & HOLD) != 0 ? hold(extra) : null,
        (flags & NOTES) != 0 ? Location.pack(segment, extra.getLong()) : Location.NONE,
        (flags & GONE) != 0);
  }

  private static @Nullable Standing standing(ByteBuffer from, int at, int segment, int flags) {
    if ((flags & STANDING) == 0) {
      return null;
    }
    long line = from.getLong(at + SET);
    return new Standing(
        (flags & SET_LINE) != 0 ? Location.pack(segment, line >>> LENGTH_BITS) : Location.NONE,
        (int) line & LENGTH_MASK,
        STATUSES.get(flags & LOW_BITS),
        from.getInt(at + REVISION),
        from.getLong(at + TIME),
        (flags & SUSPECT) != 0,
        (flags & DETACHED) != 0);
  }

  private static Hold hold(ByteBuffer from) {
    String worker = text(from);
    long claimedAt = from.getLong();
    long token = from.getLong();
    long first = from.getLong();
    Duration lease = Duration.ofSeconds(from.getLong(), from.getInt());
    return new Hold(worker, claimedAt, new Line.Claim(token, first, lease, from.getLong()));
  }
}
