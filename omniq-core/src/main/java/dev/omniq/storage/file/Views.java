package dev.omniq.storage.file;

import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.storage.file.Bodies.Place;
import dev.omniq.storage.file.Command.Answer;
import dev.omniq.storage.table.Claim;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What each reading call of the storage interface shows. The holder of the pen takes places from
 * the state, as it stands at that moment; the reader reads there what the lines say.
 */
final class Views {
  private final State state;
  private final Bodies bodies;
  private final TimeSource time;

  Views(State state, Bodies bodies, TimeSource time) {
    this.state = state;
    this.bodies = bodies;
    this.time = time;
  }

  /** The answer to a claim: at once where the tasks are at hand. */
  Answer<List<Claimed>> claimed(List<FileEntry> entries) throws IOException {
    var tokens = entries.stream().map(entry -> entry.claim().orElseThrow().token()).toList();
    List<Place> places = places(entries);
    Command.Read<List<Claimed>> read =
        () -> {
          List<Task> tasks = bodies.readAll(places);
          var claimed = new ArrayList<Claimed>(tasks.size());
          for (int i = 0; i < tasks.size(); i++) {
            claimed.add(new Claimed(tasks.get(i), tokens.get(i)));
          }
          return claimed;
        };
    return places.stream().allMatch(bodies::isAtHand)
        ? new Answer.Written<>(read.read())
        : new Answer.ReadNow<>(read);
  }

  Answer<List<ExpiredClaim>> expired(int limit) {
    List<FileEntry> entries = state.table().expired(time.nanoTime(), limit);
    if (entries.isEmpty()) {
      return new Answer.Written<>(List.of()); // nothing to read: an idle worker asks every second
    }
    List<Claim> claims = entries.stream().map(entry -> entry.claim().orElseThrow()).toList();
    List<Place> places = places(entries);
    return new Answer.ReadNow<>(
        () -> {
          var expired = new ArrayList<ExpiredClaim>(places.size());
          for (int i = 0; i < places.size(); i++) {
            Claim claim = claims.get(i);
            expired.add(
                new ExpiredClaim(bodies.read(places.get(i)), claim.token(), claim.extensions()));
          }
          return expired;
        });
  }

  Optional<Instant> nextDue(ClaimRequest request) {
    var due = state.table().nextDue(request);
    return due.isPresent() ? Optional.of(Times.ofMicros(due.getAsLong())) : Optional.empty();
  }

  Answer<Optional<Task>> find(TaskId id) throws IOException {
    Optional<FileEntry> live = state.table().find(id);
    return one(
        live.isPresent() ? live.map(state::place) : state.finished().find(id).map(Place::of));
  }

  Answer<Optional<Task>> liveRun(TaskId seriesId) {
    return one(state.table().liveRun(seriesId).map(state::place));
  }

  private Answer<Optional<Task>> one(Optional<Place> place) {
    return new Answer.ReadForced<>(
        () -> place.isPresent() ? Optional.of(bodies.read(place.get())) : Optional.empty());
  }

  StoreStats stats() {
    Map<String, Map<TaskStatus, Long>> byQueue = new HashMap<>();
    Map<String, Optional<Instant>> oldest = new HashMap<>();
    state
        .table()
        .counts()
        .forEach(
            (queue, counts) -> {
              byQueue.computeIfAbsent(queue, Views::noCounts).putAll(counts.byStatus());
              oldest.put(queue, counts.oldestDue());
            });
    state
        .finished()
        .counts()
        .forEach((queue, counts) -> byQueue.computeIfAbsent(queue, Views::noCounts).putAll(counts));
    Map<String, QueueStats.Counts> queues = new HashMap<>();
    byQueue.forEach(
        (queue, counts) ->
            queues.put(
                queue,
                new QueueStats.Counts(counts, oldest.getOrDefault(queue, Optional.empty()))));
    return new StoreStats(time.now(), queues, state.table().liveByName());
  }

  private static Map<TaskStatus, Long> noCounts(String queue) {
    return new EnumMap<>(TaskStatus.class);
  }

  List<WorkerInfo> workers() {
    return state.table().workers(time.nanoTime());
  }

  Changes changes(long after, int limit) {
    return state.table().changes(after, limit);
  }

  // ---- list ----

  /**
   * Some tasks in the order of a listing, before their bodies are read.
   *
   * @param places where those stand that may meet the query
   * @param next where to go on; empty at the end
   */
  record Page(List<Place> places, Optional<TaskId> next) {}

  /** The next tasks below an id. */
  Page page(TaskQuery query, Optional<TaskId> below, int most) throws IOException {
    return new Listing(state, query, below, most).page();
  }

  /** The next of all tasks above an id, live and finished ones merged: a page of an export. */
  Page pageUp(Optional<TaskId> from, int size) throws IOException {
    List<FileEntry> live = state.table().sliceUp(from, size);
    FinishedWalk walk = state.finished().ascending(from, size * 2);
    Optional<TaskId> last = from;
    FinishedTask finished = walk.next();
    var places = new ArrayList<Place>();
    int l = 0;
    for (int i = 0; i < size; i++) {
      FileEntry entry = l < live.size() ? live.get(l) : null;
      if (entry != null && isNext(entry, finished, walk)) {
        places.add(state.place(entry));
        last = Optional.of(entry.id());
        l++;
      } else if (finished != null) {
        places.add(Place.of(finished));
        last = Optional.of(finished.id());
        finished = walk.next();
      } else {
        return new Page(places, walk.stoppedAt());
      }
    }
    return new Page(places, last);
  }

  /** Whether a live task comes next, or what is finished before it. */
  private static boolean isNext(
      FileEntry entry, @Nullable FinishedTask finished, FinishedWalk walk) {
    if (finished != null) {
      return entry.id().compareTo(finished.id()) < 0;
    }
    return walk.stoppedAt().map(stop -> entry.id().compareTo(stop) <= 0).orElse(true);
  }

  private List<Place> places(List<FileEntry> entries) {
    return entries.stream().map(state::place).toList();
  }
}
