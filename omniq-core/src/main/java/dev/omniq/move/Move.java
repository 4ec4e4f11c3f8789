package dev.omniq.move;

import dev.omniq.move.Progress.Phase;
import dev.omniq.move.Steps.Marks;
import dev.omniq.move.Steps.Step;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Moves all tasks of a store to another: pending ones, series, and results.
 *
 * <p>Both stores are marked first, durably: from then on the source refuses every write and the
 * target gives out no task. Then the tasks are copied with their whole state, the stores are
 * compared, the source is marked as left for good, and the target is free. {@link Steps} is the
 * whole of it: the marks tell what comes next, so that {@link #run} goes on with what an
 * interrupted one began, and {@link #undo} takes it back, until it is complete.
 *
 * <p>A task that runs while the source is marked cannot be settled any more. Its lease is waited
 * for, so that no worker takes itself for its holder; then it is copied as PENDING, and runs again
 * from the target: execution is at least once.
 *
 * <p>Blocks its caller. An interrupt ends it where it stands; it can be repeated.
 */
public final class Move {
  /** So many tasks are copied in one step. */
  private static final int PAGE = 500;

  /** Leases are looked at again after this long. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Side source;
  private final Side target;
  private final TimeSource time;
  private final Progress progress;

  private Optional<UUID> move = Optional.empty();
  private long copied;
  private long removed;

  /**
   * A move; nothing happens yet.
   *
   * @param time the clock for the date of the move and for pauses
   */
  public Move(Side source, Side target, TimeSource time, Progress progress) {
    this.source = source;
    this.target = target;
    this.time = time;
    this.progress = progress;
  }

  /**
   * Moves the tasks, or finishes a move between these stores that was interrupted. Does nothing
   * when it is complete.
   *
   * @throws OmniQException if the stores take part in another move, or a store failed; what was
   *     begun stays as it is, and can be repeated or undone
   */
  public Outcome run() throws InterruptedException {
    for (Marks marks = marks(); ; marks = marks()) {
      if (marks.isOneStore()) {
        target.mark(marks.target(), Optional.empty());
        throw new OmniQException(source.url() + " and " + target.url() + " are one store");
      }
      requireSameMove(marks);
      Step step = marks.towardsCompletion();
      if (step == Step.NOTHING) {
        return outcome();
      }
      advance(step, marks);
    }
  }

  /**
   * Undoes a move between these stores that is not complete: copies are removed from the target,
   * and both stores are free again. Does nothing when there is none.
   *
   * @throws OmniQException if the move is complete, or a store failed; can be repeated
   */
  public Outcome undo() throws InterruptedException {
    for (Marks marks = marks(); ; marks = marks()) {
      Step step = marks.towardsUndoing();
      if (step == Step.NOTHING) {
        return outcome();
      }
      advance(step, marks);
    }
  }

  /** Who was told to move must not begin anew what somebody else has given up meanwhile. */
  private void requireSameMove(Marks marks) {
    Optional<UUID> present = marks.source().or(marks::target).map(MoveMark::move);
    if (move.isPresent() && !present.equals(move)) {
      throw new OmniQException(
          "the move from " + source.url() + " to " + target.url() + " was undone meanwhile");
    }
    move = present;
  }

  private Outcome outcome() throws InterruptedException {
    return new Outcome(count(source), copied, removed);
  }

  private Marks marks() throws InterruptedException {
    return new Marks(source.mark(), target.mark(), source.url(), target.url());
  }

  private void advance(Step step, Marks marks) throws InterruptedException {
    Optional<MoveMark> from = marks.source();
    Optional<MoveMark> to = marks.target();
    switch (step) {
      case MARK_TARGET -> target.mark(to, Optional.of(partOf(from, Role.TARGET, source.url())));
      case MARK_SOURCE -> source.mark(from, Optional.of(partOf(to, Role.SOURCE, target.url())));
      case COPY -> copyAll(from);
      case UNDO_SOURCE -> source.mark(from, from.map(mark -> mark.at(Stage.UNDOING)));
      case UNDO_TARGET -> target.mark(to, to.map(mark -> mark.at(Stage.UNDOING)));
      case REMOVE -> removeAll(to);
      case UNMARK_TARGET -> target.mark(to, Optional.empty());
      case UNMARK_SOURCE -> source.mark(from, Optional.empty());
      case NOTHING -> throw new AssertionError("no step");
    }
  }

  /** A mark of the move that the other side takes part in, or of a new one. */
  private MoveMark partOf(Optional<MoveMark> partner, Role role, String other) {
    return new MoveMark(
        partner.map(MoveMark::move).orElseGet(UUID::randomUUID),
        role,
        Stage.COPYING,
        other,
        partner.map(MoveMark::since).orElseGet(time::now));
  }

  private void copyAll(Optional<MoveMark> mark) throws InterruptedException {
    try {
      waitForLeases();
      copy(mark.orElseThrow().move());
      check();
    } catch (OmniQException e) {
      if (source.mark().equals(mark)) {
        throw e;
      }
      return; // another process has completed or undone the move meanwhile: the marks tell
    }
    source.mark(mark, mark.map(present -> present.at(Stage.COMPLETE)));
  }

  /** No lease is granted or extended any more, so this takes no longer than the longest one. */
  private void waitForLeases() throws InterruptedException {
    while (true) {
      long running = count(source, TaskStatus.RUNNING);
      int limit = (int) Math.min(running, Integer.MAX_VALUE - 1) + 1;
      List<ExpiredClaim> over = Side.get(source.tasks().expired(limit));
      if (over.size() >= running) {
        return;
      }
      progress.at(Phase.WAITING, over.size(), running);
      var pause = new CompletableFuture<Boolean>();
      time.schedule(PAUSE, () -> pause.complete(true));
      Side.get(pause);
    }
  }

  private void copy(UUID move) throws InterruptedException {
    long total = count(source);
    long done = 0;
    var pages = new Pages(source, PAGE);
    progress.at(Phase.COPYING, done, total);
    for (List<Task> page = pages.next(); !page.isEmpty(); page = pages.next()) {
      List<Task> copies = page.stream().map(Move::released).toList();
      copied += Side.get(target.movable().restore(move, copies));
      done += page.size();
      progress.at(Phase.COPYING, done, Math.max(done, total));
    }
  }

  /** A task whose claim stays behind: as if its worker had given it back. */
  private static Task released(Task task) {
    return task.status() == TaskStatus.RUNNING
        ? task.with(
            task.state().toBuilder()
                .status(TaskStatus.PENDING)
                .attempt(task.attempt() - 1)
                .revision(task.state().revision() + 1)
                .build())
        : task;
  }

  /** Every task of the source is in the target: both are walked over side by side. */
  private void check() throws InterruptedException {
    long total = count(source);
    long done = 0;
    var arrived = new Pages(target, PAGE);
    var pages = new Pages(source, PAGE);
    progress.at(Phase.CHECKING, done, total);
    for (List<Task> page = pages.next(); !page.isEmpty(); page = pages.next()) {
      for (Task task : page) {
        if (!arrived.contains(task.id())) {
          throw new OmniQException(
              "task " + task.id() + " has not arrived in " + target.url() + "; repeat the move");
        }
      }
      done += page.size();
      progress.at(Phase.CHECKING, done, Math.max(done, total));
    }
  }

  private void removeAll(Optional<MoveMark> mark) throws InterruptedException {
    try {
      remove(mark.orElseThrow().move());
    } catch (OmniQException e) {
      if (target.mark().equals(mark)) {
        throw e;
      }
      return; // another undo was faster: the marks tell
    }
    target.mark(mark, Optional.empty());
  }

  private void remove(UUID move) throws InterruptedException {
    long total = count(source);
    long done = 0;
    var pages = new Pages(source, PAGE);
    progress.at(Phase.REMOVING, done, total);
    for (List<Task> page = pages.next(); !page.isEmpty(); page = pages.next()) {
      var copies = new ArrayList<TaskId>();
      for (Task task : page) {
        findCopy(task).map(Task::id).ifPresent(copies::add);
      }
      List<DeleteOutcome> outcomes = Side.get(target.movable().withdraw(move, copies));
      removed += outcomes.stream().filter(DeleteOutcome::deleted).count();
      done += page.size();
      progress.at(Phase.REMOVING, done, Math.max(done, total));
    }
  }

  /** The task of the target that was copied, not enqueued there under the same id. */
  private Optional<Task> findCopy(Task task) throws InterruptedException {
    return Side.get(target.tasks().find(task.id()))
        .filter(found -> found.createdAt().equals(task.createdAt()))
        .filter(found -> found.spec().equals(task.spec()));
  }

  private static long count(Side side) throws InterruptedException {
    return stats(side).queues().values().stream()
        .flatMap(counts -> counts.byStatus().values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  private static long count(Side side, TaskStatus status) throws InterruptedException {
    return stats(side).queues().values().stream()
        .mapToLong(counts -> counts.byStatus().getOrDefault(status, 0L))
        .sum();
  }

  private static StoreStats stats(Side side) throws InterruptedException {
    return Side.get(side.tasks().stats());
  }
}
