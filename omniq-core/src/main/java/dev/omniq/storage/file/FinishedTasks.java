package dev.omniq.storage.file;

import dev.omniq.storage.Retention;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The finished tasks, by id. They cost no memory once the segment is sealed that tells their end:
 * they are found in {@link SealedTasks} then. What the segments tell for which there is no index
 * yet, the tail first of all, is in a {@link Generation} for each.
 *
 * <p>For the holder of the pen only.
 */
final class FinishedTasks {
  private SealedTasks sealed = new SealedTasks(List.of());
  private final PurgeScan purge = new PurgeScan();

  /** In the order of replay. */
  private final List<Generation> generations = new ArrayList<>();

  /** When the tasks were stored that each segment adds. */
  private final Map<Integer, CreatedTimes> created = new HashMap<>();

  private final Map<String, Map<TaskStatus, Long>> counts = new HashMap<>();
  private long count;

  /** Begins with what the sealed segments come to; {@link #counted} must follow for each task. */
  void begin(SealedTasks segments) {
    sealed = segments;
    segments.segments().forEach(index -> created.put(index.segment(), index.created()));
    purge.sealed();
  }

  /** Counts a finished task of the sealed segments, at the start. */
  void counted(String queue, TaskStatus status) {
    count(queue, status, 1);
  }

  /** What the sealed segments come to that have an index. */
  SealedTasks sealed() {
    return sealed;
  }

  /** How many there are. */
  long count() {
    return count;
  }

  /** Finds a finished task. */
  Optional<FinishedTask> find(TaskId id) throws IOException {
    Generation.Told told = told(id);
    return told != null
        ? told.finished()
        : sealed.find(id).filter(Effect::isFinished).map(FinishedTask::of);
  }

  /** What the last segment without an index says of a task; null if none says anything. */
  private Generation.@Nullable Told told(TaskId id) {
    for (int i = generations.size() - 1; i >= 0; i--) {
      Generation.Told told = generations.get(i).told(id);
      if (told != null) {
        return told;
      }
    }
    return null;
  }

  /** Whether a segment without an index says something of a task. */
  private boolean isChanged(TaskId id) {
    return told(id) != null;
  }

  /**
   * Notes that a task has ended.
   *
   * @param at the line that tells it
   * @return how to take that back
   */
  Runnable put(FinishedTask task, long at) {
    count(task.queue(), task.status(), 1);
    Runnable undo = generation(at).tell(task.id(), Optional.of(task));
    return () -> {
      undo.run();
      count(task.queue(), task.status(), -1);
    };
  }

  /**
   * Notes that a finished task was deleted or is live again.
   *
   * @param at the line that tells it
   * @return how to take that back
   */
  Runnable remove(FinishedTask task, long at) {
    count(task.queue(), task.status(), -1);
    Runnable undo = generation(at).tell(task.id(), Optional.empty());
    return () -> {
      undo.run();
      count(task.queue(), task.status(), 1);
    };
  }

  private Generation generation(long at) {
    int segment = Location.segment(at);
    int last = generations.size() - 1;
    if (last < 0 || generations.get(last).segment() != segment) {
      generations.add(new Generation(segment));
      last++;
      created.put(segment, generations.get(last).created());
    }
    return generations.get(last);
  }

  /** From now on, the index of a segment tells what was kept in memory. Again, it does nothing. */
  void sealed(SegmentIndex index) {
    if (sealed.segments().contains(index)) {
      return;
    }
    var segments = new ArrayList<>(sealed.segments());
    segments.add(index);
    sealed = new SealedTasks(segments);
    created.put(index.segment(), index.created());
    generations.removeIf(generation -> generation.segment() == index.segment());
    purge.sealed();
  }

  /** The oldest segments were written anew. Again, it does nothing. */
  void compacted(List<SegmentIndex> old, List<SegmentIndex> by) {
    if (!sealed.segments().contains(old.get(0))) {
      return;
    }
    var segments = new ArrayList<>(by);
    segments.addAll(sealed.segments().subList(old.size(), sealed.segments().size()));
    sealed = new SealedTasks(segments);
    old.forEach(index -> created.remove(index.segment()));
    by.forEach(index -> created.put(index.segment(), index.created()));
    purge.sealed();
  }

  /**
   * The add line of a task stands elsewhere now; that matters if its end is not in an index yet.
   */
  void moved(TaskId id, long add, IntPredicate isOld) {
    generations.forEach(generation -> generation.moved(id, add, isOld));
  }

  /**
   * Notes a task that is added.
   *
   * @param at its add line
   */
  void added(Task task, long at) {
    generation(at).added(task, Location.offset(at));
  }

  /** Whether a task can have been stored at such a time whose add line is there. */
  boolean mayBeStored(long add, CreatedTimes.Span span) {
    CreatedTimes times = created.get(Location.segment(add));
    return times == null || times.mayContain(Location.offset(add), span);
  }

  /**
   * A search for tasks that may meet a query: finished ones, and live ones as far as {@link
   * SealedSearch} says.
   */
  Search search(TaskQuery query, Visits visits) throws IOException {
    return new Search(query, visits);
  }

  /** A search; it does not outlive a change. */
  final class Search {
    private final TaskQuery query;
    private final SealedSearch indexed;
    private final Ids ids;

    private Search(TaskQuery query, Visits visits) throws IOException {
      this.query = query;
      indexed = new SealedSearch(sealed, query, visits);
      List<Ids> all = new ArrayList<>();
      all.add(indexed.ids());
      if (SealedSearch.findsLive(query)) {
        for (Generation generation : generations) {
          all.add(Ids.of(generation.withTerms(Terms.of(query))));
        }
        if (indexed.looksForEnds()) {
          all.add(Ids.both(ended(visits), indexed.othersAdded(), visits));
        }
      } else {
        all.add(ended(visits));
      }
      ids = Ids.anyOf(all);
    }

    /** Those whose end is told by a segment without an index. */
    private Ids ended(Visits visits) {
      var span = CreatedTimes.Span.of(query);
      List<Ids> all = new ArrayList<>();
      for (Generation generation : generations) {
        all.add(
            Ids.of(
                generation.all(),
                told -> told.finished().filter(task -> mayMatch(task, span)).isPresent(),
                visits));
      }
      return Ids.anyOf(all);
    }

    private boolean mayMatch(FinishedTask task, CreatedTimes.Span span) {
      return task.mayMatch(query) && mayBeStored(task.add(), span);
    }

    /** Which tasks may meet the query, and perhaps some that do not or are gone. */
    Ids ids() {
      return ids;
    }

    /** One of these, if it is finished and may meet the query. */
    Optional<FinishedTask> find(TaskId id) throws IOException {
      Generation.Told told = told(id);
      if (told != null) {
        return told.finished().filter(task -> task.mayMatch(query));
      }
      return indexed
          .find(id)
          .filter(effect -> effect.isFinished() && effect.mayMatch(query))
          .map(FinishedTask::of);
    }
  }

  /** Walks up over all finished tasks above an id. */
  FinishedWalk ascending(Optional<TaskId> above, int visits) throws IOException {
    return new FinishedWalk(sealed, generations, above, visits);
  }

  /**
   * Tasks that the retention does not keep.
   *
   * @param tasks some of them
   * @param more whether to ask again, because not all were looked at
   */
  record Purgeable(List<FinishedTask> tasks, boolean more) {}

  /** Tasks that the retention does not keep, at most {@code limit}; looks at a part of them all. */
  Purgeable expired(Retention retention, Instant now, int limit) throws IOException {
    var ends =
        new PurgeScan.Ends(before(now, retention.success()), before(now, retention.failure()));
    PurgeScan.Found indexed = purge.expired(sealed, ends, this::isChanged, limit);
    var found = new ArrayList<>(indexed.tasks().stream().map(FinishedTask::of).toList());
    for (Generation generation : generations) {
      generation.expired(ends, limit - found.size(), id -> isLatest(generation, id), found);
    }
    return found.isEmpty() && !indexed.more()
        ? surplus(count - retention.most(), limit)
        : new Purgeable(found, indexed.more());
  }

  /** The lowest ids of those that are too many. */
  private Purgeable surplus(long tooMany, int limit) throws IOException {
    int most = (int) Math.max(0, Math.min(tooMany, limit)); // far below zero is no int either
    if (most == 0) {
      return new Purgeable(List.of(), false);
    }
    PurgeScan.Found indexed = purge.lowest(sealed, this::isChanged, most);
    var lowest = new ArrayList<>(indexed.tasks().stream().map(FinishedTask::of).toList());
    if (indexed.more() && lowest.size() < most) {
      return new Purgeable(lowest, true); // lower ones may follow than those without an index
    }
    for (Generation generation : generations) {
      generation.lowest(most, id -> isLatest(generation, id), lowest);
    }
    lowest.sort((one, other) -> one.id().compareTo(other.id()));
    return new Purgeable(List.copyOf(lowest.subList(0, Math.min(most, lowest.size()))), false);
  }

  private boolean isLatest(Generation generation, TaskId id) {
    for (int i = generations.size() - 1; generations.get(i) != generation; i--) {
      if (generations.get(i).told(id) != null) {
        return false;
      }
    }
    return true;
  }

  private static long before(Instant now, Duration kept) {
    return Times.toMicros(now) - Times.toMicros(kept);
  }

  /** How many there are of each status in each queue. */
  Map<String, Map<TaskStatus, Long>> counts() {
    return counts;
  }

  private void count(String queue, TaskStatus status, int by) {
    count += by;
    Map<TaskStatus, Long> ofQueue =
        counts.computeIfAbsent(queue, name -> new EnumMap<>(TaskStatus.class));
    ofQueue.merge(status, (long) by, Long::sum);
    ofQueue.values().removeIf(left -> left == 0);
    if (ofQueue.isEmpty()) {
      counts.remove(queue);
    }
  }
}
