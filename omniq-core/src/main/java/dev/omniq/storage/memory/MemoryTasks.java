package dev.omniq.storage.memory;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Copies;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.memory.FinishedTasks.Finished;
import dev.omniq.storage.table.Claim;
import dev.omniq.storage.table.TaskTable;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The tasks of a {@link MemoryStore} and what may be done to them: live ones in a {@link
 * TaskTable}, finished ones beside it. Not thread-safe.
 */
final class MemoryTasks {
  private final TaskTable<MemoryEntry> table = new TaskTable<>();
  private final FinishedTasks finished = new FinishedTasks();
  private final List<ClaimToken> revoked = new ArrayList<>();
  private boolean due;

  TaskTable<MemoryEntry> table() {
    return table;
  }

  /** Makes a change as a whole, or, if it throws, not at all. */
  <T> T atomically(Supplier<T> change) {
    table.begin();
    boolean done = false;
    try {
      T answer = change.get();
      done = true;
      return answer;
    } finally {
      if (done) {
        table.commit();
      } else {
        table.rollback();
        due = false;
        revoked.clear();
      }
    }
  }

  /** What listeners are to be told since the last call. */
  WakeUp takeWakeUp() {
    var wakeUp = new WakeUp(due, List.copyOf(revoked));
    due = false;
    revoked.clear();
    return wakeUp;
  }

  List<Inserted> insert(List<NewTask> tasks, Instant now) {
    List<Inserted> answers = new ArrayList<>(tasks.size());
    for (NewTask task : tasks) {
      Optional<TaskId> present = standsInTheWayOf(task);
      if (present.isEmpty()) {
        addPending(Task.stored(task, now), table.nextSequence(), now);
      }
      answers.add(new Inserted(present.orElse(task.id()), present.isEmpty()));
    }
    return answers;
  }

  List<Claimed> claim(ClaimRequest request, Instant now, long nanoNow) {
    return table
        .claim(request, Times.toMicros(now), nanoNow, (entry, claim) -> start(entry, claim, now))
        .stream()
        .map(entry -> new Claimed(entry.task(), entry.claim().orElseThrow().token()))
        .toList();
  }

  List<Applied> apply(List<Transition> transitions, Instant now) {
    return transitions.stream().map(transition -> apply(transition, now)).toList();
  }

  List<DeleteOutcome> delete(List<TaskId> ids) {
    return ids.stream().map(this::delete).toList();
  }

  int purge(Retention retention, Instant now, int limit) {
    int purged = 0;
    while (purged < limit) {
      Optional<Finished> next = finished.outlived(retention, now);
      if (next.isEmpty()) {
        break;
      }
      removeFinished(next.get());
      purged++;
    }
    return purged;
  }

  Optional<Task> find(TaskId id) {
    return table.find(id).map(MemoryEntry::task).or(() -> finished.find(id).map(Finished::task));
  }

  /** Some tasks, live and finished, the highest id first: a slice of a listing. */
  List<Task> slice(Optional<TaskId> below, int most) {
    return merge(
        table.slice(below, most), finished.descending(below), Comparator.reverseOrder(), most);
  }

  /** Some tasks, live and finished, the lowest id first: a slice of an export. */
  List<Task> sliceUp(Optional<TaskId> above, int most) {
    return merge(
        table.sliceUp(above, most), finished.ascending(above), Comparator.naturalOrder(), most);
  }

  private static List<Task> merge(
      List<MemoryEntry> entries, Iterator<Finished> ended, Comparator<TaskId> order, int most) {
    Iterator<Task> live = entries.stream().map(MemoryEntry::task).iterator();
    List<Task> slice = new ArrayList<>();
    Optional<Task> one = next(live);
    Optional<Task> other = nextFinished(ended);
    while (slice.size() < most && (one.isPresent() || other.isPresent())) {
      if (other.isEmpty()
          || (one.isPresent() && order.compare(one.get().id(), other.get().id()) < 0)) {
        slice.add(one.orElseThrow());
        one = next(live);
      } else {
        slice.add(other.get());
        other = nextFinished(ended);
      }
    }
    return slice;
  }

  /** Stores copies from another store; those that are there stay as they are. */
  int restore(List<Task> copies, Instant now) {
    Copies.requireNotRunning(copies);
    int added = 0;
    for (Task copy : copies) {
      if (find(copy.id()).isEmpty()) {
        restore(copy, now);
        added++;
      }
    }
    return added;
  }

  private void restore(Task copy, Instant now) {
    if (copy.status().isFinished()) {
      long sequence = table.nextSequence();
      table.sequenceSeen(sequence);
      addFinished(new Finished(copy, sequence));
      table.changed(now, copy.id(), copy.name(), copy.status());
      return;
    }
    copy.uniqueKey()
        .flatMap(key -> table.holder(copy.queue(), key))
        .ifPresent(
            holder -> {
              throw Copies.keyHeld(copy, holder.id());
            });
    if (Copies.carriesSeries(copy)) {
      table
          .liveRun(copy.seriesId())
          .ifPresent(
              run -> {
                throw Copies.seriesCarried(copy, run.id());
              });
    }
    addPending(copy, table.nextSequence(), now);
  }

  StoreStats stats(Instant now) {
    Map<String, QueueStats.Counts> counts = new HashMap<>(table.counts());
    finished
        .counts()
        .forEach(
            (queue, ended) -> {
              var live = counts.get(queue);
              Map<TaskStatus, Long> byStatus = new EnumMap<>(ended);
              if (live != null) {
                byStatus.putAll(live.byStatus());
              }
              counts.put(
                  queue,
                  new QueueStats.Counts(
                      byStatus, live == null ? Optional.empty() : live.oldestDue()));
            });
    return new StoreStats(now, counts, table.liveByName());
  }

  private MemoryEntry start(MemoryEntry entry, Claim claim, Instant now) {
    Task task = entry.task().with(entry.task().state().claimed(claim.token().worker(), now));
    table.changed(now, task.id(), task.name(), TaskStatus.RUNNING);
    return new MemoryEntry(entry, task, claim);
  }

  private Applied apply(Transition transition, Instant now) {
    TaskId id = transition.id();
    Optional<MemoryEntry> live = table.find(id);
    Optional<Finished> ended = live.isPresent() ? Optional.empty() : finished.find(id);
    Optional<Task> found = live.map(MemoryEntry::task).or(() -> ended.map(Finished::task));
    if (found.isEmpty() || !holds(transition.expected(), found.get(), live)) {
      return Applied.STALE;
    }
    Task before = found.get();
    requireAllowed(before, transition.next().status());
    Task after = before.with(revised(transition.next(), before.state().revision() + 1));
    Applied answer =
        live.isPresent()
            ? change(live.get(), transition, after, now)
            : revive(ended.orElseThrow(), after, now);
    if (answer.equals(Applied.APPLIED)) {
      transition.followUp().ifPresent(next -> addFollowUp(next, now));
    }
    return answer;
  }

  private static boolean holds(Expected expected, Task task, Optional<MemoryEntry> live) {
    if (expected instanceof Expected.Holder holder) {
      return live.filter(entry -> entry.isHeldBy(holder.token())).isPresent();
    }
    if (expected instanceof Expected.Rescuer rescuer) {
      return live.filter(entry -> entry.isHeldBy(rescuer.token()))
          .flatMap(MemoryEntry::claim)
          .filter(claim -> claim.extensions() == rescuer.extensions())
          .isPresent();
    }
    return task.state().revision() == ((Expected.Observer) expected).revision();
  }

  private static void requireAllowed(Task task, TaskStatus next) {
    // RUNNING comes from a claim alone, which gives the token that belongs to it.
    if (next == TaskStatus.RUNNING || !task.status().canBecome(next)) {
      throw new IllegalArgumentException(
          "task %s is %s and cannot become %s".formatted(task.id(), task.status(), next));
    }
  }

  private Applied change(MemoryEntry entry, Transition transition, Task after, Instant now) {
    if (after.status().isFinished()) {
      table.remove(entry);
      addFinished(new Finished(after, entry.sequence()));
      table.changed(now, after.id(), after.name(), after.status());
    } else {
      var pending = new MemoryEntry(entry, after, null);
      if (seriesIsTakenFrom(pending)) {
        return Applied.STALE;
      }
      table.replace(entry, pending);
      arrived(pending, now);
    }
    boolean byHolder = transition.expected() instanceof Expected.Holder;
    entry.claim().filter(claim -> !byHolder).ifPresent(claim -> revoked.add(claim.token()));
    return Applied.APPLIED;
  }

  private Applied revive(Finished ended, Task after, Instant now) {
    Optional<MemoryEntry> holder =
        after.uniqueKey().flatMap(key -> table.holder(after.queue(), key));
    if (holder.isPresent()) {
      return new Applied.KeyHeld(holder.get().id());
    }
    var pending = new MemoryEntry(after, ended.sequence(), table.kind(after.queue(), after.name()));
    if (seriesIsTakenFrom(pending)) {
      return Applied.STALE;
    }
    removeFinished(ended);
    table.put(pending);
    arrived(pending, now);
    return Applied.APPLIED;
  }

  /** Whether another run carries the series that this one would carry. */
  private boolean seriesIsTakenFrom(MemoryEntry entry) {
    return entry.carriesSeries()
        && entry
            .series()
            .flatMap(table::liveRun)
            .filter(run -> !run.id().equals(entry.id()))
            .isPresent();
  }

  private void addFollowUp(NewTask task, Instant now) {
    if (standsInTheWayOf(task).isEmpty()) {
      addPending(Task.stored(task, now), table.nextSequence(), now);
    }
  }

  /** The task that is there already, or that holds the key or carries the series of a new one. */
  private Optional<TaskId> standsInTheWayOf(NewTask task) {
    if (find(task.id()).isPresent()) {
      return Optional.of(task.id());
    }
    return task.spec()
        .uniqueKey()
        .flatMap(key -> table.holder(task.spec().queue(), key))
        .or(
            () ->
                task.spec().schedule().recurring()
                    ? table.liveRun(task.seriesId())
                    : Optional.empty())
        .map(MemoryEntry::id);
  }

  private DeleteOutcome delete(TaskId id) {
    Optional<MemoryEntry> live = table.find(id);
    if (live.isPresent()) {
      MemoryEntry entry = live.get();
      if (entry.status() == TaskStatus.RUNNING) {
        return DeleteOutcome.RUNNING;
      }
      table.remove(entry);
      return entry.carriesSeries() ? DeleteOutcome.SERIES_ENDED : DeleteOutcome.DELETED;
    }
    Optional<Finished> ended = finished.find(id);
    ended.ifPresent(this::removeFinished);
    return ended.map(gone -> outcomeOfDeleting(gone.task())).orElse(DeleteOutcome.NOT_FOUND);
  }

  private DeleteOutcome outcomeOfDeleting(Task finishedTask) {
    return finishedTask.recurring() && table.liveRun(finishedTask.seriesId()).isPresent()
        ? DeleteOutcome.SERIES_CONTINUES
        : DeleteOutcome.DELETED;
  }

  private void addPending(Task task, long sequence, Instant now) {
    var entry = new MemoryEntry(task, sequence, table.kind(task.queue(), task.name()));
    table.put(entry);
    arrived(entry, now);
  }

  /** A task waits now: workers hear of it if it can be news to them. */
  private void arrived(MemoryEntry entry, Instant now) {
    Task task = entry.task();
    table.changed(now, task.id(), task.name(), TaskStatus.PENDING);
    due |= table.isNext(entry) || !task.dueAt().isAfter(now);
  }

  private void addFinished(Finished task) {
    finished.add(task);
    table.onRollback(() -> finished.remove(task));
  }

  private void removeFinished(Finished task) {
    finished.remove(task);
    table.onRollback(() -> finished.add(task));
  }

  private static TaskState revised(TaskState state, int revision) {
    return state.toBuilder().revision(revision).build();
  }

  private static Optional<Task> next(Iterator<Task> tasks) {
    return tasks.hasNext() ? Optional.of(tasks.next()) : Optional.empty();
  }

  private static Optional<Task> nextFinished(Iterator<Finished> tasks) {
    return tasks.hasNext() ? Optional.of(tasks.next().task()) : Optional.empty();
  }
}
