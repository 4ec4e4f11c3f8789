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
        delete(id);
      }
    }
  }

  private void add(Line.Add line, long at) {
    Task task = line.task();
    forgetFinished(task.id());
    if (task.status().isFinished()) {
      table.sequenceSeen(line.sequence());
      finish(
          new FinishedTask(
              task.id(),
              task.status(),
              task.state().revision(),
              finishedAt(task.state()),
              task.queue(),
              at,
              Location.NONE));
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
            entry.add(),
            at));
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

  private void delete(TaskId id) {
    Optional<FileEntry> entry = table.find(id);
    if (entry.isPresent()) {
      table.remove(entry.get());
    } else {
      forgetFinished(id);
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

  private void finish(FinishedTask task) {
    finished.put(task);
    table.onRollback(() -> finished.remove(task.id()));
  }

  private void forgetFinished(TaskId id) {
    finished
        .find(id)
        .ifPresent(
            task -> {
              finished.remove(id);
              table.onRollback(() -> finished.put(task));
            });
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
