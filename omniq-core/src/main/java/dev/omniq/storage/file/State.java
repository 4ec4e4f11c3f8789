package dev.omniq.storage.file;

import dev.omniq.storage.table.Claim;
import dev.omniq.storage.table.Entry.Fixed;
import dev.omniq.storage.table.Entry.Standing;
import dev.omniq.storage.table.TaskTable;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TimeSource;
import dev.omniq.task.Times;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * What the lines of the journal come to: the live tasks, the finished ones, and where the notes of
 * running ones stand. {@link #apply} is the only way in which it changes, for a line that was just
 * written and for one that is read at the next start alike; so the state after a start is the state
 * before it. (Claims are made by the table; what {@link #apply} makes of their line is the same.)
 *
 * <p>For the holder of the pen only.
 */
final class State {
  /** Beyond what any claim of an earlier owner can have counted. */
  private static final int OWNER_SHIFT = 32;

  private final TaskTable<FileEntry> table = new TaskTable<>();
  private final FinishedTasks finished = new FinishedTasks();
  private final Map<TaskId, Long> notes = new HashMap<>();
  private final TimeSource time;
  private final long owner;

  /** An empty state under an owner with a number. */
  State(TimeSource time, long owner) {
    this.time = time;
    this.owner = owner;
  }

  TaskTable<FileEntry> table() {
    return table;
  }

  FinishedTasks finished() {
    return finished;
  }

  /** Where the last notes of a running task stand; {@link Location#NONE} if it has none. */
  long notes(TaskId id) {
    return notes.getOrDefault(id, Location.NONE);
  }

  /** Where a live task stands. */
  Bodies.Place place(FileEntry entry) {
    return Bodies.Place.of(entry, notes(entry.id()));
  }

  /**
   * Applies a line.
   *
   * @param at where it begins
   * @throws IllegalStateException if it does not fit what came before it
   */
  void apply(Line line, long at) throws IOException {
    if (line instanceof Line.Add add) {
      add(add, at);
    } else if (line instanceof Line.Set set) {
      set(set, at);
    } else if (line instanceof Line.Claims claims) {
      claims(claims);
    } else if (line instanceof Line.Note note) {
      noteAt(note.id(), at);
    } else if (line instanceof Line.Delete delete) {
      for (TaskId id : delete.ids()) {
        delete(id, at);
      }
    }
  }

  /** Begins with what the sealed segments come to, by their indexes; the state must be empty. */
  void begin(SealedTasks sealed) throws IOException {
    finished.begin(sealed);
    SealedTasks.Survey survey = sealed.forEach(this::begin);
    table.sequenceSeen(survey.lastSequence());
  }

  private void begin(Effect effect) {
    Effect.Body body = effect.theBody();
    Effect.Standing standing = effect.theStanding();
    if (effect.isFinished()) {
      finished.counted(body.queue(), effect.status());
      return;
    }
    var fixed =
        new Fixed(
            effect.id(),
            body.sequence(),
            table.kind(body.queue(), body.name()),
            body.priority(),
            body.key(),
            body.recurring() ? Optional.of(body.series()) : Optional.empty());
    var entryStanding =
        new Standing(effect.revision(), standing.time(), standing.suspect(), standing.detached());
    Effect.Hold hold = effect.hold();
    Claim claim =
        hold == null
            ? null
            : claim(
                new ClaimToken(hold.worker(), hold.terms().token()),
                hold.terms().first(),
                hold.claimedAt(),
                expiry(hold.terms().lease(), hold.terms().owner()));
    table.put(new FileEntry(fixed, entryStanding, claim, body.at(), standing.at()));
    if (effect.notes() != Location.NONE) {
      notes.put(effect.id(), effect.notes());
    }
  }

  /**
   * Follows a task whose lines were written anew, as one add line.
   *
   * @param effect what the new segment says of it
   * @param isOld whether a segment is one of those that were replaced
   */
  void moved(Effect effect, IntPredicate isOld) {
    long add = effect.theBody().at();
    Optional<FileEntry> found = table.find(effect.id());
    if (found.isEmpty()) {
      finished.moved(effect.id(), add, isOld);
      return;
    }
    FileEntry entry = found.get();
    if (isOld.test(Location.segment(entry.add()))) {
      boolean setMoved = entry.set() != Location.NONE && isOld.test(Location.segment(entry.set()));
      table.replace(entry, entry.movedTo(add, setMoved ? Location.NONE : entry.set()));
      if (isOld.test(Location.segment(notes(effect.id())))) {
        notes.remove(effect.id());
      }
    }
  }

  private void add(Line.Add line, long at) throws IOException {
    Task task = line.task();
    forgetFinished(task.id(), at);
    finished.added(task, at);
    if (task.status().isFinished()) {
      table.sequenceSeen(line.sequence());
      finish(
          new FinishedTask(
              task.id(),
              task.status(),
              task.state().revision(),
              finishedAt(task.state()),
              task.queue(),
              task.name(),
              task.recurring(),
              at,
              Location.NONE),
          at);
      return;
    }
    Optional<Claim> claim =
        line.claim()
            .map(
                held ->
                    claim(
                        new ClaimToken(task.state().worker().orElseThrow(), held.token()),
                        held.first(),
                        Times.toMicros(task.state().startedAt().orElseThrow()),
                        expiry(held.lease(), held.owner())));
    table.put(
        new FileEntry(
            Fixed.of(task, line.sequence(), table.kind(task.queue(), task.name())),
            Standing.of(task.state()),
            claim.orElse(null),
            at,
            Location.NONE));
  }

  private void set(Line.Set line, long at) {
    FileEntry entry = live(line.id());
    TaskState next = line.state();
    forgetNotes(line.id());
    if (next.status().isLive()) {
      table.replace(entry, entry.standing(Standing.of(next), at));
      return;
    }
    table.remove(entry);
    finish(
        new FinishedTask(
            line.id(),
            next.status(),
            next.revision(),
            finishedAt(next),
            entry.queue(),
            entry.name(),
            entry.series().isPresent(),
            entry.add(),
            at),
        at);
  }

  private void claims(Line.Claims line) {
    long expiry = expiry(line.lease(), line.owner());
    long token = line.first();
    for (TaskId id : line.ids()) {
      FileEntry entry = live(id);
      table.replace(
          entry,
          entry.claimed(
              claim(
                  new ClaimToken(line.worker(), token++),
                  line.first(),
                  Times.toMicros(line.at()),
                  expiry)));
    }
  }

  private void delete(TaskId id, long at) throws IOException {
    Optional<FileEntry> entry = table.find(id);
    if (entry.isPresent()) {
      table.remove(entry.get());
    } else {
      forgetFinished(id, at);
    }
  }

  private FileEntry live(TaskId id) {
    return table
        .find(id)
        .orElseThrow(
            () -> new IllegalStateException("a line speaks of task " + id + ", which is not live"));
  }

  /**
   * A claim that was read back. Its count of extensions starts where no count of an earlier owner
   * reaches, so that a rescue that was decided under that owner finds the lease moved.
   */
  private Claim claim(ClaimToken token, long first, long at, long expiry) {
    return new Claim(token, first, at, expiry, owner << OWNER_SHIFT);
  }

  /** A worker in the process of an earlier owner died with it; the others get their whole lease. */
  private long expiry(Duration lease, long claimOwner) {
    boolean alive = claimOwner == 0 || claimOwner == owner;
    return time.nanoTime() + (alive ? lease.toNanos() : 0);
  }

  private static long finishedAt(TaskState state) {
    return Times.toMicros(state.finishedAt().orElseThrow());
  }

  private void finish(FinishedTask task, long at) {
    table.onRollback(finished.put(task, at));
  }

  private void forgetFinished(TaskId id, long at) throws IOException {
    Optional<FinishedTask> task = finished.find(id);
    if (task.isPresent()) {
      table.onRollback(finished.remove(task.get(), at));
    }
  }

  private void noteAt(TaskId id, long at) {
    Long before = notes.put(id, at);
    table.onRollback(
        () -> {
          if (before == null) {
            notes.remove(id);
          } else {
            notes.put(id, before);
          }
        });
  }

  private void forgetNotes(TaskId id) {
    Long before = notes.remove(id);
    if (before != null) {
      table.onRollback(() -> notes.put(id, before));
    }
  }
}
