package dev.omniq.task;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a task: a UUID, of version 7 (RFC 9562) if it was drawn here, so that ids sort by
 * the time at which they were drawn.
 *
 * <p>A caller may bring its own id, which makes an enqueue safe to repeat: the same id given again
 * changes nothing for as long as the task is kept. Lists are in the order of ids, so one of another
 * version stands anywhere in them. Instances are immutable; their order is the unsigned order of
 * their 128 bits, which is also the order of their text.
 */
public record TaskId(UUID value) implements Comparable<TaskId> {

  /** Checks that a value is there. */
  public TaskId {
    Objects.requireNonNull(value, "value");
  }

  /**
   * Draws a new id. Ids drawn by one process ascend strictly, also within a millisecond and when
   * the clock steps back; between processes they ascend as their clocks do.
   */
  public static TaskId next(Instant now) {
    return Generator.next(now.toEpochMilli());
  }

  /**
   * Reads the text form, {@code xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx}.
   *
   * @throws IllegalArgumentException if the text is not a UUID in its full form of 36 characters
   */
  public static TaskId parse(String text) {
    Objects.requireNonNull(text, "text");
    if (text.length() == 36) {
      try {
        return new TaskId(UUID.fromString(text));
      } catch (IllegalArgumentException e) {
        throw notAnId(text, e);
      }
    }
    throw notAnId(text, null);
  }

  private static IllegalArgumentException notAnId(String text, @Nullable Throwable cause) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return new IllegalArgumentException(
        "not a task id: '"
            + shown
            + "'; an id is a UUID such as 019ac9d2-6f00-7000-8000-000000000001",
        cause);
  }

  @Override
  public int compareTo(TaskId other) {
    int high =
        Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(
            value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
  }

  @Override
  public String toString() {
    return value.toString();
  }

  /** RFC 9562, section 6.2, method 1: a counter in the bits after the milliseconds. */
  private static final class Generator {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int COUNTER_LIMIT = 1 << 12;

    private static long lastMillis;
    private static int counter;
    private static long randomPool;
    private static int randomLeft;

    static synchronized TaskId next(long millis) {
      if (millis > lastMillis) {
        lastMillis = millis;
        counter = (int) (random() & 0xff);
      } else if (++counter == COUNTER_LIMIT) {
        lastMillis++; // borrow from the next millisecond rather than repeat or wait
        counter = 0;
      }
      long high = (lastMillis << 16) | 0x7000L | counter;
      long low = 0x8000_0000_0000_0000L | (random() & 0x3fff_ffff_ffff_ffffL);
      return new TaskId(new UUID(high, low));
    }

    /** SecureRandom seeds a fast generator anew now and then; ids must differ, not be secret. */
    private static long random() {
      if (randomLeft-- <= 0) {
        randomPool = RANDOM.nextLong();
        randomLeft = 1024;
      }
      randomPool += 0x9e37_79b9_7f4a_7c15L;
      long z = randomPool;
      z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
      return z ^ (z >>> 31);
    }
  }
}
