package dev.omniq.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Some of the records of an index, by their positions, as a search looks for them from the last one
 * down: the limits that it asks with never rise. Not thread-safe.
 */
@FunctionalInterface
interface Places {
  int NONE = -1;

  /** A record is tested in a fraction of the time that a task is looked up in. */
  int TESTS_A_VISIT = 16;

  /**
   * The highest position at or below a limit; {@link #NONE} if there is none. Once the visits of
   * the search are used up, it may be any other that none of these lies above.
   */
  int floor(int limit) throws IOException;

  /** Whether the record at a position is one of them. */
  @FunctionalInterface
  interface Test {
    boolean test(int position) throws IOException;
  }

  /** All records up to a number. */
  static Places all() {
    return limit -> limit;
  }

  /** Those of any list. */
  static Places anyOf(List<Places> lists) {
    if (lists.size() == 1) {
      return lists.get(0);
    }
    return limit -> {
      int highest = NONE;
      for (Places list : lists) {
        highest = Math.max(highest, list.floor(limit));
      }
      return highest;
    };
  }

  /** Those that are in every list. */
  static Places allOf(List<Places> lists, Visits visits) {
    if (lists.size() == 1) {
      return lists.get(0);
    }
    return limit -> {
      int agreed = limit;
      for (int i = 0, agreeing = 0; agreeing < lists.size() && agreed != NONE; i++) {
        int next = lists.get(i % lists.size()).floor(agreed);
        agreeing = next == agreed ? agreeing + 1 : 1;
        agreed = next;
        if (visits.areUsedUpByOne()) {
          break;
        }
      }
      return agreed;
    };
  }

  /** Those of a list that pass a test; a visit is enough for several that do not. */
  static Places filtered(Places list, Test test, Visits visits) {
    return limit -> {
      int next = list.floor(limit);
      for (int tested = 0; next != NONE && !visits.areUsedUp() && !test.test(next); tested++) {
        next = next == 0 ? NONE : list.floor(next - 1);
        if (tested % TESTS_A_VISIT == 0 && visits.areUsedUpByOne()) {
          break;
        }
      }
      return next;
    };
  }

  /**
   * A list in a file: positions that ascend, each in the last four bytes of an item.
   *
   * @param from where it begins
   * @param size how many items there are
   * @param item the length of an item
   */
  static Places list(DiskFile file, long from, int size, int item) {
    return new FileList(new Window(file), from, size, item);
  }

  /** A {@link #list}. */
  final class FileList implements Places {
    private final Window window;
    private final long from;
    private final int item;
    private int end;

    private FileList(Window window, long from, int size, int item) {
      this.window = window;
      this.from = from;
      this.item = item;
      end = size;
    }

    /** Looks near the last answer first, in steps that double. */
    @Override
    public int floor(int limit) throws IOException {
      int step = 1;
      int low = end - 1;
      while (low >= 0 && at(low) > limit) {
        end = low;
        low = end - step;
        step *= 2;
      }
      low = Math.max(low, NONE);
      while (end - low > 1) {
        int middle = (low + end) >>> 1;
        if (at(middle) <= limit) {
          low = middle;
        } else {
          end = middle;
        }
      }
      return low == NONE ? NONE : at(low);
    }

    private int at(int index) throws IOException {
      ByteBuffer bytes = window.bytes(from + (long) index * item, item);
      return bytes.getInt(bytes.position() + item - Integer.BYTES);
    }
  }
}
