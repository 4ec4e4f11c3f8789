package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Some ids, as a search looks for them from the highest down: the limits that it asks with never
 * rise. What {@link Places} are within a segment. Not thread-safe.
 */
@FunctionalInterface
interface Ids {
  TaskId HIGHEST = new TaskId(new UUID(-1, -1));

  /**
   * The highest id at or below a limit; null if there is none. Once the visits of the search are
   * used up, it may be any other that none of these lies above.
   */
  @Nullable TaskId floor(TaskId limit) throws IOException;

  /** Those of any part. */
  static Ids anyOf(List<Ids> parts) {
    return limit -> {
      TaskId highest = null;
      for (Ids part : parts) {
        TaskId id = part.floor(limit);
        highest = id == null || (highest != null && id.compareTo(highest) < 0) ? highest : id;
      }
      return highest;
    };
  }

  /** Those that are in both. */
  static Ids both(Ids one, Ids other, Visits visits) {
    return limit -> {
      TaskId here = one.floor(limit);
      while (here != null) {
        TaskId there = other.floor(here);
        if (there == null || there.equals(here)) {
          return there;
        }
        here = one.floor(there);
        if (here == null || here.equals(there) || visits.areUsedUpByOne()) {
          return here;
        }
      }
      return null;
    };
  }

  /** Those of a set. */
  static Ids of(NavigableSet<TaskId> ids) {
    return ids::floor;
  }

  /** Those of a map whose value passes a test. */
  static <T> Ids of(NavigableMap<TaskId, T> map, Predicate<T> test, Visits visits) {
    return limit -> {
      var next = map.floorEntry(limit);
      while (next != null && !visits.areUsedUpByOne() && !test.test(next.getValue())) {
        next = map.lowerEntry(next.getKey());
      }
      return next == null ? null : next.getKey();
    };
  }

  /** The id right above one, which is not the highest. */
  static TaskId above(TaskId id) {
    long low = id.value().getLeastSignificantBits() + 1;
    long high = id.value().getMostSignificantBits();
    return new TaskId(new UUID(low == 0 ? high + 1 : high, low));
  }

  /** The id right below one; null below the lowest. */
  static @Nullable TaskId below(TaskId id) {
    long low = id.value().getLeastSignificantBits();
    long high = id.value().getMostSignificantBits();
    if (low == 0 && high == 0) {
      return null;
    }
    return new TaskId(new UUID(low == 0 ? high - 1 : high, low - 1));
  }
}
