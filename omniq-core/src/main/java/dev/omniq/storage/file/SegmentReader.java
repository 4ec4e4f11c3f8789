package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Kind;
import dev.omniq.storage.file.IndexLists.Group;
import dev.omniq.storage.file.SegmentIndex.Block;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks into an index for a search, which goes from the highest id down: so it keeps the block of
 * records at hand that it read last. Not thread-safe.
 */
final class SegmentReader {
  /** The lists of more groups than this are not looked into side by side. */
  private static final int MOST_GROUPS = 64;

  /** As many records are put in order in memory. */
  private static final int MOST_SORTED = 1 << 16;

  private final SegmentIndex index;
  private final Window extras;
  private final Visits all;
  private final int segments;
  private @Nullable Block block;
  private int blockNumber = -1;

  /**
   * A reader for one step of a search.
   *
   * @param segments how many share the visits
   */
  SegmentReader(SegmentIndex index, Visits all, int segments) {
    this.index = index;
    this.all = all;
    this.segments = segments;
    extras = new Window(index.file());
  }

  /** What the segment says of a task; empty if nothing. */
  Optional<Effect> find(TaskId id) throws IOException {
    return index.mayHold(id)
        ? index.find(id, block(index.fenceBelow(id)), extras)
        : Optional.empty();
  }

  /** The ids of some of the records of a segment, as {@link Ids}. */
  final class Part {
    private final Places places;
    private final Visits visits;
    private @Nullable TaskId last;
    private boolean isAtEnd;

    private Part(Places places, Visits visits) {
      this.places = places;
      this.visits = visits;
    }

    /** The highest id at or below a limit, if it is above another: otherwise it does not matter. */
    @Nullable TaskId floor(TaskId limit, @Nullable TaskId above) throws IOException {
      TaskId known = last;
      if (isAtEnd || (known != null && known.compareTo(limit) <= 0)) {
        return isAtEnd ? null : known;
      }
      int position = position(limit);
      if (position != Places.NONE && above != null && id(position).compareTo(above) <= 0) {
        return null;
      }
      position = position == Places.NONE ? Places.NONE : places.floor(position);
      isAtEnd = position == Places.NONE;
      last = isAtEnd ? null : id(position);
      if (last != null && visits.areUsedUp()) {
        all.stalledAt(last);
      }
      return last;
    }
  }

  /** The ids of parts of several segments together. */
  static Ids anyOf(List<Part> parts) {
    return limit -> {
      TaskId highest = null;
      for (Part part : parts) {
        TaskId id = part.floor(limit, highest);
        highest = id == null || (highest != null && id.compareTo(highest) < 0) ? highest : id;
      }
      return highest;
    };
  }

  /** The position of the highest id at or below a limit. */
  private int position(TaskId limit) throws IOException {
    if (index.size() == 0) {
      return Places.NONE;
    }
    int number = index.fenceBelow(limit);
    if (number < 0) {
      return Places.NONE;
    }
    Block found = block(number);
    int next = found.search(limit);
    return (int) found.first() + next - (found.has(next, limit) ? 0 : 1);
  }

  private TaskId id(int position) throws IOException {
    return block(position / SegmentIndex.FENCE).idAt(position % SegmentIndex.FENCE);
  }

  private Block block(int number) throws IOException {
    Block known = block;
    if (known == null || number != blockNumber) {
      known = index.block(number);
      block = known;
      blockNumber = number;
    }
    return known;
  }

  // ---- lists ----

  /**
   * The records that add tasks which may meet a query, whatever became of these.
   *
   * @param status which numbers of a status the record may tell; null for any
   */
  Optional<Part> bodies(TaskQuery query, @Nullable IntPredicate status) throws IOException {
    Visits visits = all.share(segments);
    var span = CreatedTimes.Span.of(query);
    boolean isTimed = query.createdFrom().isPresent() || query.createdBefore().isPresent();
    if (isTimed && !index.created().mayContain(span)) {
      return Optional.empty();
    }
    List<Places> lists = new ArrayList<>();
    for (int term : Terms.of(query)) {
      Optional<Places> list = term(term);
      if (list.isEmpty()) {
        return Optional.empty();
      }
      lists.add(list.get());
    }
    if (lists.isEmpty()
        || status != null
        || query.queue().isPresent()
        || query.name().isPresent()) {
      Optional<Places> list =
          groups(
              group ->
                  group.hasBody()
                      && (status == null || status.test(group.status()))
                      && isOf(query, index.kinds().get(group.kind())),
              visits);
      if (list.isEmpty()) {
        return Optional.empty();
      }
      lists.add(list.get());
    }
    Places found = Places.allOf(lists, visits);
    return Optional.of(
        new Part(
            isTimed
                ? Places.filtered(found, place -> span.contains(createdAt(place)), visits)
                : found,
            visits));
  }

  /** The records that tell a status of tasks that the segment does not add. */
  Optional<Part> changes(IntPredicate status) throws IOException {
    Visits visits = all.share(segments);
    return groups(group -> !group.hasBody() && status.test(group.status()), visits)
        .map(places -> new Part(places, visits));
  }

  private static boolean isOf(TaskQuery query, Kind kind) {
    return query.queue().map(kind.queue()::equals).orElse(true)
        && query.name().map(kind.name()::equals).orElse(true);
  }

  private long createdAt(int position) throws IOException {
    return EffectCodec.createdAt(
        block(position / SegmentIndex.FENCE).records(),
        position % SegmentIndex.FENCE * IndexFormat.RECORD);
  }

  /** Which groups are looked for. */
  @FunctionalInterface
  private interface Choice {
    boolean takes(Group group);
  }

  private Optional<Places> groups(Choice choice, Visits visits) throws IOException {
    List<Group> chosen = index.groups().stream().filter(choice::takes).toList();
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    if (chosen.size() <= MOST_GROUPS) {
      return Optional.of(Places.anyOf(chosen.stream().map(this::list).toList()));
    }
    return Optional.of(
        chosen.stream().mapToLong(Group::size).sum() <= MOST_SORTED
            ? sorted(chosen)
            : walk(chosen, visits));
  }

  /** Few records of many groups. */
  private Places sorted(List<Group> groups) throws IOException {
    int[] places = new int[groups.stream().mapToInt(Group::size).sum()];
    int next = 0;
    for (Group group : groups) {
      ByteBuffer bytes = ByteBuffer.allocate(group.size() * IndexFormat.PLACE);
      index.file().read(bytes, listAt(group));
      bytes.flip().asIntBuffer().get(places, next, group.size());
      next += group.size();
    }
    Arrays.sort(places);
    return limit -> {
      int found = Arrays.binarySearch(places, limit);
      return found >= 0 ? limit : found == -1 ? Places.NONE : places[-found - 2];
    };
  }

  /** Many records of many groups: one is never far. */
  private Places walk(List<Group> groups, Visits visits) {
    var kinds = new HashSet<Long>();
    groups.forEach(group -> kinds.add(group.key()));
    return Places.filtered(
        Places.all(),
        place ->
            kinds.contains(
                EffectCodec.group(
                    block(place / SegmentIndex.FENCE).records(),
                    place % SegmentIndex.FENCE * IndexFormat.RECORD)),
        visits);
  }

  private Places list(Group group) {
    return Places.list(index.file(), listAt(group), group.size(), IndexFormat.PLACE);
  }

  private long listAt(Group group) {
    return index.header().listsAt() + (long) group.first() * IndexFormat.PLACE;
  }

  // ---- terms ----

  private Optional<Places> term(int term) throws IOException {
    int from = firstTerm((long) term << Integer.SIZE);
    int to =
        term == Integer.MAX_VALUE ? index.header().terms() : firstTerm((term + 1L) << Integer.SIZE);
    return from == to
        ? Optional.empty()
        : Optional.of(Places.list(index.file(), termAt(from), to - from, IndexFormat.TERM));
  }

  private long termAt(int number) {
    return index.header().termsAt() + (long) number * IndexFormat.TERM;
  }

  /** The number of the first term at or above one. */
  private int firstTerm(long atLeast) throws IOException {
    var window = new Window(index.file());
    int from = 0;
    int to = index.header().terms();
    while (from < to) {
      int middle = (from + to) >>> 1;
      ByteBuffer bytes = window.bytes(termAt(middle), IndexFormat.TERM);
      if (bytes.getLong() < atLeast) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
