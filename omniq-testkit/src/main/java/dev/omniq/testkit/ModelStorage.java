package dev.omniq.testkit;

import static dev.omniq.task.TaskStatus.RUNNING;
import static dev.omniq.task.TaskStatus.SUCCESS;
import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.ModelRows.Hold;
import dev.omniq.testkit.ModelRows.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The oracle: a store that is right because it is simple. One map of rows, looked through from end
 * to end by every question; no index, nothing derived, nothing shared with the real stores but the
 * records of the interface. What it answers is what every store has to answer; it is slow, and
 * forgets everything with the program.
 *
 * <p>Where {@link TaskStore} leaves an answer open, this class says which one it takes. Thread-safe
 * by one lock.
 */
public final class ModelStorage implements TaskStore {
  /** A worker that holds nothing was "seen lately" for this long. */
  private static final Duration LATELY = Duration.ofMinutes(10);

  private static final Duration LONGEST_LEASE = Duration.ofDays(10_000);

  private final TimeSource time;
  private final Map<String, Seen> seen = new TreeMap<>();
  private final Set<ClaimToken> claimsMade = new HashSet<>();
  private ModelRows rows = new ModelRows();
  private boolean closed;

  /** When a worker was last heard of, by both clocks. */
  private record Seen(Instant at, long nanos) {}

  /** An empty store that lives by the given clocks. */
  public ModelStorage(TimeSource time) {
    this.time = time;
  }

  /** A copy that goes its own way from here. */
  ModelStorage copy() {
    return copy(time);
  }

  /** Whether both have the same tasks in the same states, whatever their leases. */
  boolean sameTasks(ModelStorage other) {
    return rows.sameTasks(other.rows);
  }

  /**
   * What the next process finds, which has other clocks, after the process of this one ended.
   *
   * @param leases what becomes of the leases that were held
   */
  ModelStorage reopened(TimeSource newTime, DurableHome.Leases leases) {
    ModelStorage next = copy(newTime);
    long now = newTime.nanoTime();
    next.seen.replaceAll((worker, then) -> new Seen(then.at, now));
    boolean over = leases == DurableHome.Leases.ENDED;
    next.rows.replaceHolds(
        hold ->
            over
                ? new Hold(hold.token(), hold.first(), hold.lease(), now, 0)
                : hold.extended(now + hold.lease(), hold.extensions()));
    return next;
  }

  private synchronized ModelStorage copy(TimeSource newTime) {
    var copy = new ModelStorage(newTime);
    copy.seen.putAll(seen);
    copy.claimsMade.addAll(claimsMade);
    copy.rows = rows.copy();
    return copy;
  }

  @Override
  public Instant now() {
    return time.now();
  }

  // ---- insert ----

  @Override
  public CompletableFuture<List<Inserted>> insert(List<NewTask> tasks) {
    return answer(() -> tasks.stream().map(this::insertOne).toList());
  }

  private Inserted insertOne(NewTask task) {
    Optional<TaskId> there = inTheWayOf(task);
    if (there.isEmpty()) {
      rows.insert(Task.stored(task, now()));
    }
    return new Inserted(there.orElse(task.id()), there.isEmpty());
  }

  /** The id comes first, then the key, then the series. */
  private Optional<TaskId> inTheWayOf(NewTask task) {
    if (rows.find(task.id()).isPresent()) {
      return Optional.of(task.id());
    }
    return rows.keyHolder(task.spec())
        .or(
            () ->
                task.spec().schedule().recurring()
                    ? rows.carrier(task.seriesId())
                    : Optional.empty())
        .map(row -> row.task().id());
  }

  // ---- claim ----

  @Override
  public CompletableFuture<List<Claimed>> claim(ClaimRequest request) {
    return answer(
        () -> {
          see(request.first().worker());
          boolean repeated = claimsMade.contains(request.first());
          return repeated ? stillHeld(request.first()) : claimAnew(request);
        });
  }

  /** A claim that gave nothing may be repeated in earnest; only one that gave something counts. */
  private List<Claimed> claimAnew(ClaimRequest request) {
    List<Claimed> claimed = new ArrayList<>();
    for (Row row : new ModelClaim(request).taken(rows, now())) {
      claimed.add(start(row, request, request.first().plus(claimed.size())));
    }
    if (!claimed.isEmpty()) {
      claimsMade.add(request.first());
    }
    return claimed;
  }

  private Claimed start(Row row, ClaimRequest request, ClaimToken token) {
    Task task = row.task().with(row.task().state().claimed(token.worker(), now()));
    var hold =
        new Hold(token, request.first(), bounded(request.lease()), expiry(request.lease()), 0);
    rows.put(row.with(task).heldBy(hold));
    rows.changed(task, now());
    return new Claimed(task, token);
  }

  /** Whether something is left of the claim call that began with this token. */
  synchronized boolean holdsOf(ClaimToken first) {
    return !stillHeld(first).isEmpty();
  }

  /** The claims that hold, by worker. */
  synchronized Map<String, List<ClaimToken>> held() {
    return rows.all(row -> row.hold().isPresent())
        .map(row -> row.hold().orElseThrow().token())
        .collect(Collectors.groupingBy(ClaimToken::worker, TreeMap::new, Collectors.toList()));
  }

  private List<Claimed> stillHeld(ClaimToken first) {
    return rows.all(row -> row.hold().isPresent() && row.hold().get().first().equals(first))
        .sorted(comparingLong(row -> row.hold().orElseThrow().token().sequence()))
        .map(row -> new Claimed(row.task(), row.hold().orElseThrow().token()))
        .toList();
  }

  @Override
  public CompletableFuture<Optional<Instant>> nextDue(ClaimRequest request) {
    return answer(
        () ->
            rows.all(new ModelClaim(request)::canTake)
                .map(row -> row.task().dueAt())
                .min(Comparator.naturalOrder()));
  }

  // ---- apply ----

  @Override
  public CompletableFuture<List<Applied>> apply(List<Transition> transitions) {
    return answer(() -> transitions.stream().map(this::applyOne).toList());
  }

  private Applied applyOne(Transition transition) {
    Row row = rows.find(transition.id()).orElse(null);
    if (row == null || !holds(transition.expected(), row)) {
      return Applied.STALE;
    }
    requireAllowed(row.task(), transition.next().status());
    if (row.task().status().isFinished()) {
      Optional<Row> holder = rows.keyHolder(row.task().spec());
      if (holder.isPresent()) {
        return new Applied.KeyHeld(holder.get().task().id());
      }
      if (wouldForkSeries(row, transition)) {
        return Applied.STALE;
      }
    }
    int revision = row.task().state().revision() + 1;
    Task after = row.task().with(transition.next().toBuilder().revision(revision).build());
    rows.put(row.with(after).heldByNobody());
    rows.changed(after, now());
    transition.followUp().ifPresent(this::insertOne);
    return Applied.APPLIED;
  }

  private static boolean holds(Expected expected, Row row) {
    if (expected instanceof Expected.Holder holder) {
      return row.isHeldBy(holder.token());
    }
    if (expected instanceof Expected.Rescuer rescuer) {
      return row.isHeldBy(rescuer.token())
          && row.hold().orElseThrow().extensions() == rescuer.extensions();
    }
    return row.task().state().revision() == ((Expected.Observer) expected).revision();
  }

  /** RUNNING comes from a claim alone. A forbidden transition is the caller's error. */
  private static void requireAllowed(Task task, TaskStatus next) {
    if (next == RUNNING || !task.status().canBecome(next)) {
      throw new IllegalArgumentException(
          "task " + task.id() + " is " + task.status() + " and cannot become " + next);
    }
  }

  private boolean wouldForkSeries(Row row, Transition transition) {
    return row.task().recurring()
        && !transition.next().detached()
        && rows.carrier(row.task().seriesId()).isPresent();
  }

  // ---- leases ----

  @Override
  public CompletableFuture<List<Applied>> extend(LeaseExtension extension) {
    return answer(
        () -> {
          see(extension.worker());
          return extension.tokens().stream()
              .map(token -> extendOne(token, extension.lease()))
              .toList();
        });
  }

  private Applied extendOne(ClaimToken token, Duration lease) {
    Optional<Row> held = rows.all(row -> row.isHeldBy(token)).findAny();
    held.ifPresent(
        row -> {
          Hold hold = row.hold().orElseThrow();
          var longer =
              new Hold(token, hold.first(), bounded(lease), expiry(lease), hold.extensions() + 1);
          rows.put(row.heldBy(longer));
        });
    return held.isPresent() ? Applied.APPLIED : Applied.STALE;
  }

  /** A lease is over in the nanosecond of its end. */
  @Override
  public CompletableFuture<List<ExpiredClaim>> expired(int limit) {
    return answer(
        () ->
            rows.all(row -> row.hold().isPresent() && leaseLeft(row) <= 0)
                .sorted(
                    comparingLong(ModelStorage.this::leaseLeft).thenComparingLong(Row::sequence))
                .limit(limit)
                .map(ModelStorage::expiredClaim)
                .toList());
  }

  private static ExpiredClaim expiredClaim(Row row) {
    Hold hold = row.hold().orElseThrow();
    return new ExpiredClaim(row.task(), hold.token(), hold.extensions());
  }

  private long leaseLeft(Row row) {
    return row.hold().orElseThrow().expiresAt() - time.nanoTime();
  }

  private long expiry(Duration lease) {
    return time.nanoTime() + bounded(lease);
  }

  private static long bounded(Duration lease) {
    return (lease.compareTo(LONGEST_LEASE) > 0 ? LONGEST_LEASE : lease).toNanos();
  }

  private void see(String worker) {
    seen.put(worker, new Seen(now(), time.nanoTime()));
  }

  @Override
  public CompletableFuture<List<WorkerInfo>> workers() {
    return answer(
        () ->
            seen.entrySet().stream()
                .filter(entry -> held(entry.getKey()) > 0 || isRecent(entry.getValue()))
                .map(
                    entry ->
                        new WorkerInfo(entry.getKey(), entry.getValue().at, held(entry.getKey())))
                .toList());
  }

  private int held(String worker) {
    return (int)
        rows.all(row -> row.hold().isPresent() && row.hold().get().token().worker().equals(worker))
            .count();
  }

  private boolean isRecent(Seen when) {
    return time.nanoTime() - when.nanos <= LATELY.toNanos();
  }

  /** Notes are no transition: they leave the revision as it is. */
  @Override
  public CompletableFuture<List<Applied>> annotate(List<Annotation> annotations) {
    return answer(() -> annotations.stream().map(this::annotateOne).toList());
  }

  private Applied annotateOne(Annotation annotation) {
    Optional<Row> held = rows.find(annotation.id()).filter(row -> row.isHeldBy(annotation.token()));
    held.ifPresent(row -> rows.put(row.with(noted(row.task(), annotation.notes()))));
    return held.isPresent() ? Applied.APPLIED : Applied.STALE;
  }

  private static Task noted(Task task, Notes notes) {
    return task.with(task.state().toBuilder().notes(notes).build());
  }

  // ---- remove ----

  @Override
  public CompletableFuture<List<DeleteOutcome>> delete(List<TaskId> ids) {
    return answer(() -> ids.stream().map(this::deleteOne).toList());
  }

  private DeleteOutcome deleteOne(TaskId id) {
    Row row = rows.find(id).orElse(null);
    if (row == null) {
      return DeleteOutcome.NOT_FOUND;
    }
    if (row.task().status() == RUNNING) {
      return DeleteOutcome.RUNNING;
    }
    rows.remove(id);
    if (row.carriesSeries()) {
      return DeleteOutcome.SERIES_ENDED;
    }
    boolean seriesLives =
        row.task().status().isFinished()
            && row.task().recurring()
            && rows.carrier(row.task().seriesId()).isPresent();
    return seriesLives ? DeleteOutcome.SERIES_CONTINUES : DeleteOutcome.DELETED;
  }

  /** Goes by age first, and by number among those that are left. */
  @Override
  public CompletableFuture<Integer> purge(Retention retention, int limit) {
    return answer(
        () -> {
          int purged = removeFirst(finishedById().filter(row -> isOver(row, retention)), limit);
          long tooMany = finishedById().count() - retention.most();
          return purged
              + removeFirst(finishedById(), (int) Math.max(0, Math.min(limit - purged, tooMany)));
        });
  }

  private Stream<Row> finishedById() {
    return rows.all(row -> row.task().status().isFinished())
        .sorted(comparing(row -> row.task().id()));
  }

  private int removeFirst(Stream<Row> some, int limit) {
    List<Row> gone = some.limit(limit).toList();
    gone.forEach(row -> rows.remove(row.task().id()));
    return gone.size();
  }

  private boolean isOver(Row row, Retention retention) {
    Duration kept = row.task().status() == SUCCESS ? retention.success() : retention.failure();
    Instant end = row.task().state().finishedAt().orElseThrow();
    return Duration.between(end, now()).compareTo(kept) >= 0;
  }

  // ---- look ----

  @Override
  public CompletableFuture<Optional<Task>> find(TaskId id) {
    return answer(() -> rows.find(id).map(Row::task));
  }

  @Override
  public CompletableFuture<List<Task>> list(TaskQuery query) {
    return answer(() -> rows.list(query));
  }

  @Override
  public CompletableFuture<Optional<Task>> liveRun(TaskId seriesId) {
    return answer(() -> rows.carrier(seriesId).map(Row::task));
  }

  @Override
  public CompletableFuture<StoreStats> stats() {
    return answer(() -> rows.stats(now()));
  }

  @Override
  public CompletableFuture<Changes> changes(long after, int limit) {
    return answer(() -> rows.changesAfter(after, limit));
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  /** All or nothing: a call that is refused half way leaves no trace. */
  private synchronized <T> CompletableFuture<T> answer(Supplier<T> call) {
    if (closed) {
      return CompletableFuture.failedFuture(new StorageException("the model is closed"));
    }
    ModelRows before = rows.copy();
    try {
      return CompletableFuture.completedFuture(call.get());
    } catch (RuntimeException e) {
      rows = before;
      return CompletableFuture.failedFuture(e);
    }
  }
}
