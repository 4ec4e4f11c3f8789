package dev.omniq.storage.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of their ids: the leaves of a B+-tree, held by one array list.
 *
 * <p>Ids mostly ascend, so leaves fill up from the left and are nearly full; a million entries cost
 * little more than a million references. A leaf that overflows in the middle is halved, one that
 * grew thin joins its neighbour.
 */
@SuppressWarnings("ReferenceEquality") // an entry is itself, not another of the same task
final class IdIndex {
  static final int LEAF = 256;

  private final List<Leaf> leaves = new ArrayList<>();
  private int size;

  /** Up to {@value #LEAF} entries, ascending; never empty while it is in the list. */
  private static final class Leaf {
    final @Nullable Entry[] entries = new Entry[LEAF];
    int size;

    Entry at(int index) {
      return Objects.requireNonNull(entries[index]);
    }

    /** The index of the first entry with this id or a higher one. */
    int search(long high, long low) {
      if (size > 0 && at(size - 1).compareId(high, low) < 0) {
        return size; // ids mostly ascend
      }
      int from = 0;
      int to = size;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (at(middle).compareId(high, low) < 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from;
    }

    void insert(int index, Entry entry) {
      System.arraycopy(entries, index, entries, index + 1, size - index);
      entries[index] = entry;
      size++;
    }

    void remove(int index) {
      System.arraycopy(entries, index + 1, entries, index, size - index - 1);
      entries[--size] = null;
    }

    /** Moves the entries from {@code index} on to the end of another leaf. */
    void moveTail(int index, Leaf to) {
      System.arraycopy(entries, index, to.entries, to.size, size - index);
      to.size += size - index;
      for (int i = index; i < size; i++) {
        entries[i] = null;
      }
      size = index;
    }
  }

  int size() {
    return size;
  }

  @Nullable Entry get(long high, long low) {
    int at = leafOf(high, low);
    if (at < 0) {
      return null;
    }
    Leaf leaf = leaves.get(at);
    int index = leaf.search(high, low);
    return index < leaf.size && leaf.at(index).hasId(high, low) ? leaf.at(index) : null;
  }

  /** Adds an entry whose id is not there. */
  void add(Entry entry) {
    size++;
    int at = Math.max(0, leafOf(entry.high(), entry.low()));
    if (leaves.isEmpty()) {
      leaves.add(new Leaf());
    }
    Leaf leaf = leaves.get(at);
    int index = leaf.search(entry.high(), entry.low());
    if (leaf.size == LEAF) {
      Leaf right = new Leaf();
      leaves.add(at + 1, right);
      int cut = index == LEAF ? LEAF : LEAF / 2; // ascending ids leave full leaves behind
      leaf.moveTail(cut, right);
      if (index >= cut) {
        leaf = right;
        index -= cut;
      }
    }
    leaf.insert(index, entry);
  }

  /** Puts an entry in the place of one with the same id. */
  void replace(Entry before, Entry after) {
    Leaf leaf = leaves.get(leafOf(before.high(), before.low()));
    leaf.entries[indexOf(leaf, before)] = after;
  }

  void remove(Entry entry) {
    int at = leafOf(entry.high(), entry.low());
    Leaf leaf = leaves.get(at);
    leaf.remove(indexOf(leaf, entry));
    size--;
    if (leaf.size == 0) {
      leaves.remove(at);
    } else if (leaf.size < LEAF / 4) {
      if (at + 1 < leaves.size() && leaves.get(at + 1).size < LEAF / 4) {
        leaves.remove(at + 1).moveTail(0, leaf);
      } else if (at > 0 && leaves.get(at - 1).size < LEAF / 4) {
        leaves.remove(at).moveTail(0, leaves.get(at - 1));
      }
    }
  }

  /**
   * Visits entries in descending order of their ids until the visitor returns false.
   *
   * @param from the first entry visited is the one below this id; null for the highest
   */
  void descend(@Nullable Id from, Predicate<Entry> visitor) {
    int at = from == null ? leaves.size() - 1 : leafOf(from.high(), from.low());
    for (boolean first = true; at >= 0; at--, first = false) {
      Leaf leaf = leaves.get(at);
      int index = first && from != null ? leaf.search(from.high(), from.low()) : leaf.size;
      while (--index >= 0) {
        if (!visitor.test(leaf.at(index))) {
          return;
        }
      }
    }
  }

  /**
   * Visits entries in ascending order of their ids until the visitor returns false.
   *
   * @param from the first entry visited is the one above this id; null for the lowest
   */
  void ascend(@Nullable Id from, Predicate<Entry> visitor) {
    int at = from == null ? 0 : Math.max(0, leafOf(from.high(), from.low()));
    for (boolean first = true; at < leaves.size(); at++, first = false) {
      Leaf leaf = leaves.get(at);
      int index = 0;
      if (first && from != null) {
        index = leaf.search(from.high(), from.low());
        if (index < leaf.size && leaf.at(index).hasId(from.high(), from.low())) {
          index++;
        }
      }
      for (; index < leaf.size; index++) {
        if (!visitor.test(leaf.at(index))) {
          return;
        }
      }
    }
  }

  /** The halves of an id. */
  record Id(long high, long low) {}

  private static int indexOf(Leaf leaf, Entry entry) {
    int index = leaf.search(entry.high(), entry.low());
    if (index >= leaf.size || leaf.at(index) != entry) {
      throw new IllegalStateException("not in the table: " + entry);
    }
    return index;
  }

  /** The last leaf that starts at or below the id; -1 if all start above it. */
  private int leafOf(long high, long low) {
    int from = 0;
    int to = leaves.size();
    if (to > 0 && leaves.get(to - 1).at(0).compareId(high, low) <= 0) {
      return to - 1; // ids mostly ascend
    }
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (leaves.get(middle).at(0).compareId(high, low) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from - 1;
  }
}
