package dev.omniq.storage.file;

import dev.omniq.storage.file.Bodies.Place;
import dev.omniq.storage.table.TaskTable;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A step of a listing: the next tasks that may meet a query, the highest id first, before their
 * bodies are read. It looks at a bounded number of tasks, so it may find none and yet not be at the
 * end. For the holder of the pen only.
 *
 * <p>Finished tasks are looked for in lists; live ones, whose entries are in memory, one by one,
 * unless few are of the queue and name that are asked for, or only those that run.
 */
final class Listing {
  /** How many tasks a step looks at, at most: a few milliseconds' work. */
  private static final int VISITS = 10_000;

  /** To look at an entry costs little beside the rest of a step. */
  private static final int LIVE_VISITS = 100_000;

  private final State state;
  private final TaskQuery query;
  private final Optional<TaskId> below;
  private final int most;

  /**
   * A step.
   *
   * @param below only ids below this one
   * @param most how many tasks are wanted
   */
  Listing(State state, TaskQuery query, Optional<TaskId> below, int most) {
    this.state = state;
    this.query = query;
    this.below = below;
    this.most = most;
  }

  private record Hit(TaskId id, Place place) {}

  /**
   * What was found of one sort.
   *
   * @param hits descending
   * @param stop nothing at or above this id is left; empty if nothing is left at all
   */
  private record Part(List<Hit> hits, Optional<TaskId> stop) {
    static final Part NONE = new Part(List.of(), Optional.empty());
  }

  /** What comes next. Beyond where one sort stopped, the other must be asked again. */
  Views.Page page() throws IOException {
    Part live = asksFor(true) && !SealedSearch.findsLive(query) ? live() : Part.NONE;
    Part others = asksFor(false) || SealedSearch.findsLive(query) ? search(live.stop) : Part.NONE;
    Optional<TaskId> stop = higher(live.stop, others.stop);
    var hits = new ArrayList<>(live.hits);
    hits.addAll(others.hits);
    stop.ifPresent(id -> hits.removeIf(hit -> hit.id.compareTo(id) < 0));
    hits.sort(Comparator.comparing(Hit::id).reversed());
    return new Views.Page(hits.stream().map(Hit::place).toList(), stop);
  }

  private static Optional<TaskId> higher(Optional<TaskId> one, Optional<TaskId> other) {
    return one.isPresent() && other.isPresent() && one.get().compareTo(other.get()) < 0
        ? other
        : one.or(() -> other);
  }

  private boolean asksFor(boolean live) {
    return query.statuses().isEmpty()
        || query.statuses().stream().anyMatch(status -> status.isLive() == live);
  }

  // ---- live tasks ----

  private Part live() {
    var span = CreatedTimes.Span.of(query);
    boolean onlyRunning = !query.statuses().isEmpty() && !asksForPending();
    Optional<List<FileEntry>> few =
        state.table().few(query.queue(), query.name(), onlyRunning, VISITS);
    TaskTable.Slice<FileEntry> slice =
        few.isPresent()
            ? first(few.get(), span)
            : state.table().slice(below, most, LIVE_VISITS, entry -> mayMatch(entry, span));
    return new Part(
        slice.entries().stream().map(entry -> new Hit(entry.id(), state.place(entry))).toList(),
        slice.stoppedAt());
  }

  private boolean asksForPending() {
    return query.statuses().contains(TaskStatus.PENDING);
  }

  private TaskTable.Slice<FileEntry> first(List<FileEntry> entries, CreatedTimes.Span span) {
    List<FileEntry> wanted =
        entries.stream()
            .filter(entry -> below.map(id -> entry.id().compareTo(id) < 0).orElse(true))
            .filter(entry -> mayMatch(entry, span))
            .sorted(Comparator.comparing(FileEntry::id).reversed())
            .toList();
    return wanted.size() <= most
        ? new TaskTable.Slice<>(wanted, Optional.empty())
        : new TaskTable.Slice<>(wanted.subList(0, most), Optional.of(wanted.get(most - 1).id()));
  }

  private boolean mayMatch(FileEntry entry, CreatedTimes.Span span) {
    return (query.statuses().isEmpty() || query.statuses().contains(entry.status()))
        && query.queue().map(entry.queue()::equals).orElse(true)
        && query.name().map(entry.name()::equals).orElse(true)
        && (!query.onlyRecurring() || entry.series().isPresent())
        && (span.equals(CreatedTimes.Span.ALWAYS)
            || state.finished().mayBeStored(entry.add(), span));
  }

  // ---- finished tasks, and those with labels or of a series ----

  /** It goes no further than the other sort has. */
  private Part search(Optional<TaskId> end) throws IOException {
    var visits = new Visits(VISITS);
    FinishedTasks.Search search = state.finished().search(query, visits);
    var hits = new ArrayList<Hit>();
    Optional<TaskId> stop = below;
    TaskId limit = below.isPresent() ? Ids.below(below.get()) : Ids.HIGHEST;
    while (limit != null) {
      TaskId id = search.ids().floor(limit);
      if (id == null) {
        return new Part(hits, Optional.empty());
      }
      if (visits.endAt(id)) {
        return new Part(hits, id.equals(Ids.HIGHEST) ? stop : Optional.of(Ids.above(id)));
      }
      if (end.isPresent() && id.compareTo(end.get()) < 0) {
        return new Part(hits, end);
      }
      Optional<Place> place = place(id, search);
      place.ifPresent(found -> hits.add(new Hit(id, found)));
      stop = Optional.of(id);
      if (hits.size() == most || visits.areUsedUpByOne()) {
        return new Part(hits, stop);
      }
      limit = Ids.below(id);
    }
    return new Part(hits, Optional.empty());
  }

  private Optional<Place> place(TaskId id, FinishedTasks.Search search) throws IOException {
    Optional<FileEntry> live =
        SealedSearch.findsLive(query) ? state.table().find(id) : Optional.empty();
    if (live.isPresent()) {
      return live.filter(entry -> mayMatch(entry, CreatedTimes.Span.ALWAYS)).map(state::place);
    }
    return asksFor(false) ? search.find(id).map(Place::of) : Optional.empty();
  }
}
