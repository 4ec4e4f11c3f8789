package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The lists and terms of an index, as its records come: which record is of which kind and status,
 * and what else is asked for. Holds a dozen bytes for each record until they are written. Not
 * thread-safe.
 */
final class IndexLists {

  /**
   * A group of records.
   *
   * @param kind the number of their kind; {@link #NO_KIND} if they have no body
   * @param status the number of their status; {@link #NO_STATUS} if they tell none
   * @param first the place of its list among all
   * @param size how many there are
   */
  record Group(int kind, int status, int first, int size) {
    static final int NO_KIND = -1;
    static final int NO_STATUS = 7;

    boolean hasBody() {
      return kind != NO_KIND;
    }

    long key() {
      return key(kind, status);
    }

    /** A number for a kind and a status together. */
    static long key(int kind, int status) {
      return (long) kind << Integer.SIZE | status;
    }
  }

  private final Map<Long, Integer> groups = new LinkedHashMap<>();
  private final CreatedTimes created = new CreatedTimes();
  private int[] groupOf = new int[64];
  private int records;
  private long[] terms = new long[0];
  private int termCount;

  /** Takes the next record; the number of its kind does not matter without a body. */
  void add(Effect effect, int kind, Collection<Integer> labels) {
    Effect.Body body = effect.body();
    Effect.Standing standing = effect.standing();
    long key =
        Group.key(
            body == null ? Group.NO_KIND : kind,
            standing == null ? Group.NO_STATUS : EffectCodec.number(standing.status()));
    if (records == groupOf.length) {
      groupOf = Arrays.copyOf(groupOf, 2 * records);
    }
    groupOf[records] = groups.computeIfAbsent(key, each -> groups.size());
    if (body != null) {
      created.add(Location.offset(body.at()), body.createdAt());
      addTerms(effect.id(), body, labels);
    }
    records++;
  }

  private void addTerms(TaskId id, Effect.Body body, Collection<Integer> labels) {
    for (int label : labels) {
      addTerm(label);
    }
    for (int term : Terms.of(id, body.recurring(), body.series())) {
      addTerm(term);
    }
  }

  private void addTerm(int term) {
    if (termCount == terms.length) {
      terms = Arrays.copyOf(terms, Math.max(64, 2 * termCount));
    }
    terms[termCount++] = (long) term << Integer.SIZE | records;
  }

  int termCount() {
    return termCount;
  }

  /** The lists of all groups, one behind the other. */
  ByteBuffer lists() {
    int[] next = new int[groups.size()];
    for (Group group : directory()) {
      next[Objects.requireNonNull(groups.get(group.key()))] = group.first;
    }
    ByteBuffer lists = ByteBuffer.allocate(records * IndexFormat.PLACE);
    for (int record = 0; record < records; record++) {
      lists.putInt(IndexFormat.PLACE * next[groupOf[record]]++, record);
    }
    return lists;
  }

  /** The terms, ascending. */
  ByteBuffer terms() {
    Arrays.sort(terms, 0, termCount);
    ByteBuffer to = ByteBuffer.allocate(termCount * IndexFormat.TERM);
    to.asLongBuffer().put(terms, 0, termCount);
    return to;
  }

  private List<Group> directory() {
    int[] sizes = new int[groups.size()];
    for (int record = 0; record < records; record++) {
      sizes[groupOf[record]]++;
    }
    var directory = new ArrayList<Group>();
    int first = 0;
    for (Map.Entry<Long, Integer> group : groups.entrySet()) {
      int size = sizes[group.getValue()];
      directory.add(
          new Group(
              (int) (group.getKey() >> Integer.SIZE), group.getKey().intValue(), first, size));
      first += size;
    }
    return directory;
  }

  /** Writes what says where a list is, and when the tasks were stored. */
  void writeDirectory(DataOutputStream to) throws IOException {
    List<Group> directory = directory();
    to.writeInt(directory.size());
    for (Group group : directory) {
      to.writeInt(group.kind);
      to.writeInt(group.status);
      to.writeInt(group.size);
    }
    created.write(to);
  }

  /** Reads the groups that {@link #writeDirectory} wrote; the times follow. */
  static List<Group> readDirectory(ByteBuffer from) {
    int count = from.getInt();
    var directory = new ArrayList<Group>(count);
    int first = 0;
    for (int i = 0; i < count; i++) {
      var group = new Group(from.getInt(), from.getInt(), first, from.getInt());
      directory.add(group);
      first += group.size;
    }
    return directory;
  }
}
