package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tasks of sealed segments that may meet a query, by the lists of their indexes: at the
 * cost of what is found, not of what is stored.
 *
 * <p>What a query asks for stands in two places: what never changes in the record of the segment
 * that adds a task, the status in that of the last segment that tells one, which may be the same or
 * a later one. So a task that is asked for by its status is either in a list of the segment that
 * adds it, of that status; or it is in one of such a segment, of another status, and in one of a
 * segment that tells that status alone.
 *
 * <p>By labels or by a series, live tasks are found as well, for nothing else tells of theirs.
 * Otherwise only finished ones are looked for. For one search; not thread-safe.
 */
final class SealedSearch {
  private final TaskQuery query;
  private final Visits visits;
  private final List<SegmentReader> readers = new ArrayList<>();

  SealedSearch(SealedTasks tasks, TaskQuery query, Visits visits) {
    this.query = query;
    this.visits = visits;
    for (SegmentIndex segment : tasks.segments()) {
      readers.add(new SegmentReader(segment, visits, tasks.segments().size()));
    }
  }

  /** Whether live tasks are found, too. */
  static boolean findsLive(TaskQuery query) {
    return !query.labels().isEmpty() || query.seriesId().isPresent();
  }

  /** Those that may meet the query, and perhaps some that do not. */
  Ids ids() throws IOException {
    List<Ids> all = new ArrayList<>();
    if (looksForEnds()) {
      IntPredicate wanted = numbers(finished());
      all.add(bodies(wanted));
      all.add(
          isOfStatusAlone() ? changes(wanted) : Ids.both(changes(wanted), othersAdded(), visits));
    } else {
      all.add(bodies(null));
    }
    query
        .seriesId()
        .ifPresent(series -> all.add(limit -> series.compareTo(limit) <= 0 ? series : null));
    return Ids.anyOf(all);
  }

  /**
   * Whether only those are found whose end the segments tell. Then an end that is told elsewhere
   * must be looked for among {@link #othersAdded}.
   */
  boolean looksForEnds() {
    return !findsLive(query) || finished().equals(query.statuses());
  }

  /** Those that would meet the query if they had a status that it asks for. */
  Ids othersAdded() throws IOException {
    return bodies(numbers(finished()).negate());
  }

  private Set<TaskStatus> finished() {
    Set<TaskStatus> finished = EnumSet.noneOf(TaskStatus.class);
    for (TaskStatus status : TaskStatus.values()) {
      if (status.isFinished()
          && (query.statuses().isEmpty() || query.statuses().contains(status))) {
        finished.add(status);
      }
    }
    return finished;
  }

  private static IntPredicate numbers(Set<TaskStatus> statuses) {
    var numbers = new BitSet();
    statuses.forEach(status -> numbers.set(EffectCodec.number(status)));
    return numbers::get;
  }

  private boolean isOfStatusAlone() {
    return query.queue().isEmpty()
        && query.name().isEmpty()
        && query.createdFrom().isEmpty()
        && query.createdBefore().isEmpty()
        && Terms.of(query).isEmpty();
  }

  private Ids bodies(@Nullable IntPredicate status) throws IOException {
    return of(reader -> reader.bodies(query, status));
  }

  private Ids changes(IntPredicate status) throws IOException {
    return of(reader -> reader.changes(status));
  }

  /** Which records of a segment are looked for. */
  @FunctionalInterface
  private interface Choice {
    Optional<SegmentReader.Part> of(SegmentReader reader) throws IOException;
  }

  /** The last segment first, for it mostly has the highest ids. */
  private Ids of(Choice choice) throws IOException {
    List<SegmentReader.Part> parts = new ArrayList<>();
    for (int i = readers.size() - 1; i >= 0; i--) {
      SegmentReader reader = readers.get(i);
      choice.of(reader).ifPresent(parts::add);
    }
    return SegmentReader.anyOf(parts);
  }

  /** The task with this id as the segments tell it; empty if there is none. */
  Optional<Effect> find(TaskId id) throws IOException {
    Effect known = null;
    for (int i = readers.size() - 1; i >= 0 && (known == null || !known.isWhole()); i--) {
      Optional<Effect> earlier = readers.get(i).find(id);
      if (earlier.isPresent()) {
        known = known == null ? earlier.get() : known.after(earlier.get());
      }
    }
    return Optional.ofNullable(known).filter(effect -> !effect.gone());
  }
}
