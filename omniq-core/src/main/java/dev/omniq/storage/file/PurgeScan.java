package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds finished tasks of the sealed segments that need not be kept any longer.
 *
 * <p>Each call looks at a bounded number of tasks, and the next goes on where it stopped. The scan
 * for the expired goes round and round; after a round that found nothing it knows when the next
 * task expires and looks at nothing until then. The scan for the lowest ids knows below which id
 * none is left. Whether what was found is deleted is for the caller; what is not, is found again.
 * Not thread-safe.
 */
final class PurgeScan {

  /** How many tasks a call looks at, at most: a few milliseconds' work. */
  static final int VISITS = 10_000;

  private final int visits;

  /** Where the present round stands. */
  private Optional<TaskId> cursor = Optional.empty();

  /** The first ends that the present round has seen; unknown if it can have missed some. */
  private Ends inRound = Ends.NONE;

  /** The first ends of all. */
  private Ends earliest = Ends.UNKNOWN;

  /** No finished task at or below this id is left. */
  private Optional<TaskId> floor = Optional.empty();

  PurgeScan() {
    this(VISITS);
  }

  /** A scan whose calls look at this many tasks at most. */
  PurgeScan(int visits) {
    this.visits = visits;
  }

  /**
   * Two points in time, in microseconds since the epoch.
   *
   * @param success for tasks with status SUCCESS
   * @param failure for FAILED and CANCELLED ones
   */
  record Ends(long success, long failure) {
    /** Later than all. */
    static final Ends NONE = new Ends(Long.MAX_VALUE, Long.MAX_VALUE);

    /** As early as can be. */
    static final Ends UNKNOWN = new Ends(Long.MIN_VALUE, Long.MIN_VALUE);

    private long of(TaskStatus status) {
      return status == TaskStatus.SUCCESS ? success : failure;
    }

    private Ends orEarlier(Effect task) {
      long time = task.theStanding().time();
      return task.status() == TaskStatus.SUCCESS
          ? new Ends(Math.min(success, time), failure)
          : new Ends(success, Math.min(failure, time));
    }

    private boolean isAnyBefore(Ends other) {
      return success < other.success || failure < other.failure;
    }
  }

  /**
   * What a call found.
   *
   * @param tasks finished tasks
   * @param more whether there was more to look at, so that another call may find more
   */
  record Found(List<Effect> tasks, boolean more) {}

  /** Must be told when another segment is sealed: finished tasks may be where none were. */
  void sealed() {
    inRound = Ends.UNKNOWN;
    earliest = Ends.UNKNOWN;
    floor = Optional.empty();
  }

  /**
   * Finished tasks that ended before a time.
   *
   * @param before the time for each status
   * @param changed whether something happened to a task since the segments were sealed (it was
   *     deleted, or lives again); it is left out
   * @param limit at most this many
   */
  Found expired(SealedTasks tasks, Ends before, Predicate<TaskId> changed, int limit)
      throws IOException {
    var found = new ArrayList<Effect>();
    if (!earliest.isAnyBefore(before)) {
      return new Found(found, false);
    }
    Optional<TaskId> start = cursor;
    EffectMerge effects = EffectMerge.ascending(tasks.segments(), start);
    boolean again = false;
    for (int visit = 0; visit < visits && found.size() < limit; visit++) {
      Effect effect = effects.next();
      if (effect == null) {
        endRound();
        if (again || start.isEmpty()) {
          return new Found(found, false);
        }
        again = true;
        effects = EffectMerge.ascending(tasks.segments(), Optional.empty());
        effect = effects.next();
      }
      if (effect == null || (again && effect.id().compareTo(start.get()) > 0)) {
        return new Found(found, false); // once around
      }
      cursor = Optional.of(effect.id());
      if (effect.isFinished() && !changed.test(effect.id())) {
        inRound = inRound.orEarlier(effect);
        if (effect.theStanding().time() < before.of(effect.status())) {
          found.add(effect);
        }
      }
    }
    return new Found(found, !again);
  }

  private void endRound() {
    earliest = inRound;
    inRound = Ends.NONE;
    cursor = Optional.empty();
  }

  /**
   * The finished tasks with the lowest ids, ascending.
   *
   * @param changed as for {@link #expired}
   * @param limit at most this many
   */
  Found lowest(SealedTasks tasks, Predicate<TaskId> changed, int limit) throws IOException {
    var found = new ArrayList<Effect>();
    EffectMerge effects = EffectMerge.ascending(tasks.segments(), floor);
    for (int visit = 0; visit < visits && found.size() < limit; visit++) {
      Effect effect = effects.next();
      if (effect == null) {
        return new Found(found, false);
      }
      if (effect.isFinished() && !changed.test(effect.id())) {
        found.add(effect);
      } else if (found.isEmpty()) {
        floor = Optional.of(effect.id());
      }
    }
    return new Found(found, true);
  }
}
