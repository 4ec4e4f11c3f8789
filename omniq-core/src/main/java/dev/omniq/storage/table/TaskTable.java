package dev.omniq.storage.table;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.QueueStats;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The live tasks of a store, found by all that a store is asked: id, due order, unique key, series,
 * claim and worker.
 *
 * <p>Entries come, change and go by {@link #put}, {@link #replace}, {@link #remove} and {@link
 * #extend} alone ({@link #claim} goes through {@code replace}); each refuses what would break a
 * rule, with {@link IllegalStateException}, before anything is changed. A store looks first and
 * never gets there.
 *
 * <p><b>Undo.</b> What happens between {@link #begin} and {@link #commit} can be taken back by
 * {@link #rollback}, for a store whose write failed. A store adds the inverse of what it does to
 * state of its own by {@link #onRollback}.
 *
 * <p><b>Costs.</b> A change costs the logarithm of the number of tasks. A claim looks at the head
 * of every lane (queue, name, priority, suspicion) that it may take from, and at one entry more for
 * each that it takes: see {@link #visits}. Lanes, kinds and queues without tasks are dropped.
 *
 * <p>Not thread-safe: one thread or one lock owns a table and its entries. Times are microseconds
 * since the epoch where they are due times, nanoseconds of a monotonic clock where they are leases.
 *
 * @param <E> the entries of the store
 */
public final class TaskTable<E extends Entry> {
  private final Indexes indexes = new Indexes();
  private final ChangeRing changes = new ChangeRing();
  private final List<Change> changesToCome = new ArrayList<>();
  private final UndoLog undo = new UndoLog();
  private long lastSequence;
  private long visits;

  // ---- change ----

  /** Adds the entry of a task that is not in the table. */
  public void put(E entry) {
    indexes.requireNew(entry);
    indexes.requireFree(entry, null);
    long sequence = lastSequence;
    undoDrawn(entry);
    undo.add(
        () -> {
          indexes.unlink(entry);
          lastSequence = sequence;
        });
    indexes.link(entry);
    lastSequence = Math.max(sequence, entry.sequence());
  }

  /**
   * Puts an entry in the place of another of the same task; {@code before} must be in the table.
   */
  public void replace(E before, E after) {
    indexes.requirePresent(before);
    if (!after.hasId(before.high(), before.low())) {
      throw new IllegalStateException("not of one task: " + before + ", " + after);
    }
    indexes.requireFree(after, before);
    undoDrawn(after);
    undo.add(() -> indexes.swap(after, before));
    indexes.swap(before, after);
  }

  /** Removes an entry, which must be in the table. */
  public void remove(E entry) {
    indexes.requirePresent(entry);
    undo.add(() -> indexes.link(entry));
    indexes.unlink(entry);
  }

  /** Grants a new lease for the claim of a RUNNING task. */
  public void extend(E entry, long expiresAtNanos) {
    indexes.requirePresent(entry);
    Claim claim = Objects.requireNonNull(entry.claim, "not claimed");
    undo.add(() -> indexes.lease(entry, claim));
    indexes.lease(entry, claim.extended(expiresAtNanos));
  }

  /**
   * The sequence for the next task that is inserted: above those of all entries so far. Drawn by
   * putting an entry with it.
   */
  public long nextSequence() {
    return lastSequence + 1;
  }

  /** Makes {@link #nextSequence} go on above this sequence: a task that is live no more had it. */
  public void sequenceSeen(long sequence) {
    long before = lastSequence;
    undo.add(() -> lastSequence = before);
    lastSequence = Math.max(before, sequence);
  }

  /** Notes a transition for {@link #changes}. */
  public void changed(Instant at, TaskId id, String name, TaskStatus status) {
    var change = new Change(changes.last() + changesToCome.size() + 1, at, id, name, status);
    if (undo.isOpen()) {
      changesToCome.add(change);
    } else {
      changes.add(change);
    }
  }

  /** Notes that a worker is alive; not undone by a rollback, for it is true. */
  public void seen(String worker, long nowMicros, long nanoNow) {
    indexes.leases().seen(worker, nowMicros, nanoNow);
  }

  // ---- undo ----

  /** Begins to keep what is needed to take back what follows. */
  public void begin() {
    undo.begin();
  }

  /** Keeps everything since {@link #begin}. */
  public void commit() {
    undo.commit();
    changesToCome.forEach(changes::add);
    changesToCome.clear();
  }

  /** Takes back everything since {@link #begin}, the latest first. */
  public void rollback() {
    undo.rollback();
    changesToCome.clear();
  }

  /** Adds to what a rollback does; nothing happens outside of {@link #begin} and its end. */
  public void onRollback(Runnable inverse) {
    undo.add(inverse);
  }

  // ---- look ----

  /** How many live tasks there are. */
  public int size() {
    return indexes.ids().size();
  }

  /** The entry of a live task. */
  public Optional<E> find(TaskId id) {
    return optional(indexes.find(id));
  }

  /** The live task of a queue that holds a unique key. */
  public Optional<E> holder(String queue, String key) {
    return optional(indexes.holder(queue, key));
  }

  /** The live run of a series that is not detached. */
  public Optional<E> liveRun(TaskId seriesId) {
    return optional(indexes.liveRun(seriesId));
  }

  /** The entry that is RUNNING under a claim. */
  public Optional<E> held(ClaimToken token) {
    return optional(indexes.leases().held(token));
  }

  /**
   * The entries with the highest ids, descending: a slice of a listing.
   *
   * @param below only ids below this one
   * @param most at most this many
   */
  public List<E> slice(Optional<TaskId> below, int most) {
    List<E> found = new ArrayList<>();
    indexes.ids().descend(halves(below), entry -> taken(entry, found, most));
    return found;
  }

  /**
   * What a walk over entries found.
   *
   * @param entries in the order of the walk
   * @param stoppedAt the last entry that was visited; empty if that is all
   */
  public record Slice<E>(List<E> entries, Optional<TaskId> stoppedAt) {}

  /**
   * The entries with the highest ids that are wanted, descending.
   *
   * @param below only ids below this one
   * @param most at most this many
   * @param visits looks at no more than this many
   */
  public Slice<E> slice(
      Optional<TaskId> below, int most, int visits, Predicate<? super E> isWanted) {
    List<E> found = new ArrayList<>();
    var last = new @Nullable Entry[1];
    var left = new int[] {visits};
    indexes
        .ids()
        .descend(
            halves(below),
            entry -> {
              if (isWanted.test(own(entry))) {
                found.add(own(entry));
              }
              left[0]--;
              last[0] = left[0] > 0 && found.size() < most ? null : entry;
              return last[0] == null;
            });
    return new Slice<>(found, Optional.ofNullable(last[0]).map(Entry::id));
  }

  /**
   * All entries of a queue, of a name or of both, in no order; empty if there are more than a few.
   *
   * @param onlyRunning only those that are RUNNING
   * @param most how many are a few
   */
  public Optional<List<E>> few(
      Optional<String> queue, Optional<String> name, boolean onlyRunning, int most) {
    if (indexes.leases().all().size() > most) {
      return Optional.empty();
    }
    List<E> found = new ArrayList<>();
    for (Entry entry : indexes.leases().all()) {
      if (queue.map(entry.queue()::equals).orElse(true)
          && name.map(entry.name()::equals).orElse(true)) {
        found.add(own(entry));
      }
    }
    if (onlyRunning) {
      return Optional.of(found);
    }
    List<Kind> kinds = indexes.kinds(queue, name);
    if (kinds.stream().mapToLong(Kind::live).sum() > most) {
      return Optional.empty();
    }
    kinds.stream()
        .flatMap(kind -> kind.lanes().stream())
        .forEach(lane -> lane.forEach(entry -> found.add(own(entry))));
    return Optional.of(found);
  }

  /**
   * The entries with the lowest ids, ascending: a slice of an export.
   *
   * @param above only ids above this one
   * @param most at most this many
   */
  public List<E> sliceUp(Optional<TaskId> above, int most) {
    List<E> found = new ArrayList<>();
    indexes.ids().ascend(halves(above), entry -> taken(entry, found, most));
    return found;
  }

  private static IdIndex.@Nullable Id halves(Optional<TaskId> id) {
    return id.map(TaskId::value)
        .map(bits -> new IdIndex.Id(bits.getMostSignificantBits(), bits.getLeastSignificantBits()))
        .orElse(null);
  }

  /** Adds an entry if there is room; whether there is room for more. */
  private boolean taken(Entry entry, List<E> found, int most) {
    if (found.size() < most) {
      found.add(own(entry));
    }
    return found.size() < most;
  }

  /** The one instance for a queue and a name, to make entries with. */
  public Kind kind(String queue, String name) {
    return indexes.kind(queue, name);
  }

  // ---- claim ----

  /**
   * Claims what a request may take and what is due, in claim order: {@code dueAt − priority × 1
   * minute}, then insertion. To repeat a request gives what the worker still holds of the first
   * answer; a request whose first token is not above all tokens of this worker is a repetition.
   *
   * @param running makes the entry of the RUNNING task, which takes the place of the pending one
   * @return the new entries
   */
  public List<E> claim(
      ClaimRequest request, long nowMicros, long nanoNow, BiFunction<E, Claim, E> running) {
    ClaimToken first = request.first();
    indexes.leases().seen(first.worker(), nowMicros, nanoNow);
    if (first.sequence() <= indexes.leases().drawn(first.worker())) {
      return indexes.leases().heldSince(first).stream().map(this::own).toList();
    }
    long expiresAt = Claim.expiry(nanoNow, request.lease());
    var merge = new DueMerge(request, nowMicros);
    indexes.lanes(request).forEach(merge::offer);
    List<E> claimed = new ArrayList<>();
    for (Entry next = merge.next(); next != null; next = merge.next()) {
      var token = first.plus(claimed.size());
      E before = own(next);
      E after = running.apply(before, new Claim(token, first.sequence(), nowMicros, expiresAt, 0));
      replace(before, after);
      claimed.add(after);
    }
    visits += merge.visits();
    return claimed;
  }

  /** The earliest due time of what a request may take. */
  public OptionalLong nextDue(ClaimRequest request) {
    return indexes.lanes(request).mapToLong(lane -> lane.head().dueAt()).min();
  }

  /** Whether a pending entry is the first of its kind to become due: it may be news to a worker. */
  public boolean isNext(E entry) {
    return entry.position == Lane.HEAD;
  }

  /** How many entries all claims so far have looked at. */
  public long visits() {
    return visits;
  }

  /** The RUNNING entries whose lease ended at or before {@code nanoNow}, the oldest first. */
  public List<E> expired(long nanoNow, int limit) {
    return indexes.leases().expired(nanoNow, limit).stream().map(this::own).toList();
  }

  // ---- count ----

  /** The workers that hold something or were seen in the last ten minutes. */
  public List<WorkerInfo> workers(long nanoNow) {
    return indexes.leases().workers(nanoNow);
  }

  /** The counts of PENDING and RUNNING for each queue with live tasks. */
  public Map<String, QueueStats.Counts> counts() {
    Map<String, QueueStats.Counts> counts = new HashMap<>();
    indexes
        .queues()
        .forEach(
            queue -> {
              OptionalLong due = queue.oldestDue();
              counts.put(
                  queue.name(),
                  new QueueStats.Counts(
                      Map.of(
                          TaskStatus.PENDING, queue.pending(), TaskStatus.RUNNING, queue.running()),
                      due.isPresent()
                          ? Optional.of(Times.ofMicros(due.getAsLong()))
                          : Optional.empty()));
            });
    return counts;
  }

  /** How many live tasks there are of each name. */
  public Map<String, Long> liveByName() {
    Map<String, Long> counts = new HashMap<>();
    for (LiveQueue queue : indexes.queues()) {
      for (Kind kind : queue.kinds()) {
        counts.merge(kind.name(), (long) kind.live(), Long::sum);
      }
    }
    return counts;
  }

  /** The transitions after a position, as {@link dev.omniq.storage.TaskStore#changes} tells. */
  public Changes changes(long after, int limit) {
    return changes.after(after, limit);
  }

  private void undoDrawn(Entry entry) {
    Claim claim = entry.claim;
    if (undo.isOpen() && claim != null) {
      String worker = claim.token().worker();
      long drawn = indexes.leases().drawn(worker);
      undo.add(() -> indexes.leases().resetDrawn(worker, drawn));
    }
  }

  private Optional<E> optional(@Nullable Entry entry) {
    return entry == null ? Optional.empty() : Optional.of(own(entry));
  }

  /** Only entries of type E come in. */
  @SuppressWarnings("unchecked")
  private E own(Entry entry) {
    return (E) entry;
  }
}
