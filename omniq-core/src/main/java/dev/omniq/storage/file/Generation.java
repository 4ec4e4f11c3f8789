package dev.omniq.storage.file;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.Times;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of one segment that has no index yet say of finished tasks: that one has ended, or
 * that one is finished no more; and what lists look for among the tasks that it adds. For the
 * holder of the pen only.
 */
final class Generation {
  private final int segment;
  private final NavigableMap<TaskId, Told> told = new TreeMap<>();
  private final CreatedTimes created = new CreatedTimes();

  /** The terms of added tasks, each with the two halves of the id, in no order. */
  private int[] terms = new int[0];

  private long[] ids = new long[0];
  private int termCount;

  /**
   * What is told of a task.
   *
   * @param finished how it ended; empty if it is finished no more
   */
  record Told(Optional<FinishedTask> finished) {}

  Generation(int segment) {
    this.segment = segment;
  }

  int segment() {
    return segment;
  }

  /**
   * Notes a task that is added. There is nothing to take back: what is found by this is looked at.
   *
   * @param offset where its add line begins
   */
  void added(Task task, long offset) {
    created.add(offset, Times.toMicros(task.createdAt()));
    for (int term : Terms.of(task)) {
      if (termCount == terms.length) {
        terms = Arrays.copyOf(terms, Math.max(16, termCount + (termCount >> 1)));
        ids = Arrays.copyOf(ids, 2 * terms.length);
      }
      terms[termCount] = term;
      ids[2 * termCount] = task.id().value().getMostSignificantBits();
      ids[2 * termCount + 1] = task.id().value().getLeastSignificantBits();
      termCount++;
    }
  }

  /** When the tasks were stored that the segment adds. */
  CreatedTimes created() {
    return created;
  }

  /** The added tasks that have all of some terms, perhaps some that are gone. */
  NavigableSet<TaskId> withTerms(List<Integer> wanted) {
    var found = new TreeSet<>(withTerm(wanted.get(0)));
    for (int term : wanted.subList(1, wanted.size())) {
      found.retainAll(withTerm(term));
    }
    return found;
  }

  private Set<TaskId> withTerm(int wanted) {
    var found = new HashSet<TaskId>();
    for (int i = 0; i < termCount; i++) {
      if (terms[i] == wanted) {
        found.add(new TaskId(new UUID(ids[2 * i], ids[2 * i + 1])));
      }
    }
    return found;
  }

  /** What is told of a task; null if nothing. */
  @Nullable Told told(TaskId id) {
    return told.get(id);
  }

  /** Notes what a line tells; returns how to take that back. */
  Runnable tell(TaskId id, Optional<FinishedTask> finished) {
    Told before = told.put(id, new Told(finished));
    return () -> {
      if (before == null) {
        told.remove(id);
      } else {
        told.put(id, before);
      }
    };
  }

  /** The add line of a task stands elsewhere now, if it stood in a segment that was replaced. */
  void moved(TaskId id, long add, IntPredicate isOld) {
    told.computeIfPresent(
        id,
        (same, finished) ->
            new Told(
                finished
                    .finished()
                    .map(
                        task ->
                            isOld.test(Location.segment(task.add())) ? task.movedTo(add) : task)));
  }

  /** All that is told, by id. */
  NavigableMap<TaskId, Told> all() {
    return told;
  }

  /** What is told of the tasks above an id, ascending. */
  Iterable<Map.Entry<TaskId, Told>> ascending(Optional<TaskId> above) {
    return above.map(id -> told.tailMap(id, false)).orElse(told).entrySet();
  }

  /** Adds tasks that ended before a time, at most {@code most}. */
  void expired(
      PurgeScan.Ends before, int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    int added = 0;
    for (Told each : told.values()) {
      if (added >= most) {
        return;
      }
      Optional<FinishedTask> ended = each.finished().filter(task -> task.isBefore(before));
      if (ended.isPresent() && counts.test(ended.get().id())) {
        found.add(ended.get());
        added++;
      }
    }
  }

  /** Adds the finished tasks with the lowest ids, at most {@code most}. */
  void lowest(int most, Predicate<TaskId> counts, List<FinishedTask> found) {
    told.values().stream()
        .flatMap(each -> each.finished().stream())
        .filter(task -> counts.test(task.id()))
        .limit(most)
        .forEach(found::add);
  }
}
