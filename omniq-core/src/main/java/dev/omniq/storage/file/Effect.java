package dev.omniq.storage.file;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What some lines of the journal come to for one task.
 *
 * <p>The lines need not tell everything: a segment that settles a task says nothing of its
 * arguments, which stand where it was added. So an effect has parts, and each part is there or not.
 * {@link #after} puts two effects together, the later over the earlier; that is associative, so it
 * does not matter whether lines, segments or both are folded, or in which bites. An effect with a
 * body stands for itself: no line before it matters any more.
 *
 * @param id the task
 * @param body what never changes, if an add line is among the lines
 * @param standing its state, if a line told it
 * @param hold the claim that came after the state, if there is one; with a standing and without a
 *     hold, the task is not claimed, with neither, the lines do not tell
 * @param notes the line with the last notes of the execution, or {@link Location#NONE}
 * @param gone whether the task was deleted; then it has no other part
 */
record Effect(
    TaskId id,
    @Nullable Body body,
    @Nullable Standing standing,
    @Nullable Hold hold,
    long notes,
    boolean gone) {

  /**
   * What is asked of a task without reading its add line, and never changes.
   *
   * @param at its add line
   * @param length the length of that line, for estimates
   * @param sequence its place in the order of insertion
   * @param createdAt in microseconds since the epoch
   * @param queue its queue
   * @param name its name
   * @param priority 0 to 9
   * @param recurring whether it is a run of a series
   * @param series the id of its series; its own if it does not repeat
   * @param key its unique key
   */
  record Body(
      long at,
      int length,
      long sequence,
      long createdAt,
      String queue,
      String name,
      int priority,
      boolean recurring,
      TaskId series,
      Optional<String> key) {}

  /**
   * What is asked of a task without reading its state.
   *
   * @param at the line that told it; {@link Location#NONE} if that is the add line
   * @param length the length of that line, for estimates; 0 if that is the add line
   * @param status RUNNING only in an add line that tells a claim, too
   * @param revision counts the changes of the state
   * @param time when it is due, or when it ended, in microseconds since the epoch
   * @param suspect whether it was lost before
   * @param detached {@link TaskState#detached}
   */
  record Standing(
      long at,
      int length,
      TaskStatus status,
      int revision,
      long time,
      boolean suspect,
      boolean detached) {

    private static Standing of(TaskState state, long at, int length) {
      Instant time = state.finishedAt().orElse(state.dueAt());
      return new Standing(
          at,
          length,
          state.status(),
          state.revision(),
          Times.toMicros(time),
          state.losses() > 0,
          state.detached());
    }
  }

  /**
   * Who holds the task.
   *
   * @param worker the incarnation of the worker
   * @param claimedAt since when, in microseconds since the epoch
   * @param terms the token, the lease, and with whom the worker dies
   */
  record Hold(String worker, long claimedAt, Line.Claim terms) {}

  /** What an add line comes to. */
  static Effect of(Line.Add line, long at, int length) {
    Task task = line.task();
    var body =
        new Body(
            at,
            length,
            line.sequence(),
            Times.toMicros(task.createdAt()),
            task.queue(),
            task.name(),
            task.priority(),
            task.recurring(),
            task.seriesId(),
            task.uniqueKey());
    TaskState state = task.state();
    Hold hold =
        line.claim()
            .map(
                terms ->
                    new Hold(
                        state.worker().orElseThrow(),
                        Times.toMicros(state.startedAt().orElseThrow()),
                        terms))
            .orElse(null);
    return new Effect(
        task.id(), body, Standing.of(state, Location.NONE, 0), hold, Location.NONE, false);
  }

  /** What a line comes to that sets a state. */
  static Effect of(Line.Set line, long at, int length) {
    return new Effect(
        line.id(), null, Standing.of(line.state(), at, length), null, Location.NONE, false);
  }

  /** What a claim comes to for one of its tasks. */
  static Effect held(TaskId id, Hold hold) {
    return new Effect(id, null, null, hold, Location.NONE, false);
  }

  /** What new notes come to. */
  static Effect noted(TaskId id, long at) {
    return new Effect(id, null, null, null, at, false);
  }

  /** What a deletion comes to. */
  static Effect gone(TaskId id) {
    return new Effect(id, null, null, null, Location.NONE, true);
  }

  /** This effect over that of earlier lines. */
  Effect after(Effect earlier) {
    if (gone || body != null || earlier.gone) {
      return this;
    }
    if (standing != null) {
      return new Effect(id, earlier.body, standing, hold, notes, false);
    }
    if (hold != null) {
      return new Effect(id, earlier.body, earlier.standing, hold, notes, false);
    }
    return new Effect(id, earlier.body, earlier.standing, earlier.hold, notes, false);
  }

  /** A complete effect after all its lines were made one, an add line. */
  Effect inOneLine(long at, int length) {
    Body b = theBody();
    Standing s = theStanding();
    return new Effect(
        id,
        new Body(
            at,
            length,
            b.sequence(),
            b.createdAt(),
            b.queue(),
            b.name(),
            b.priority(),
            b.recurring(),
            b.series(),
            b.key()),
        new Standing(Location.NONE, 0, status(), revision(), s.time(), s.suspect(), s.detached()),
        hold,
        Location.NONE,
        false);
  }

  /**
   * This effect, of all lines that there are.
   *
   * @throws DamagedSegmentException if it speaks of a task that was never added
   */
  Effect requireComplete() throws DamagedSegmentException {
    if (gone || (body != null && standing != null)) {
      return this;
    }
    long at = standing == null ? notes : standing.at();
    throw new DamagedSegmentException(
        Location.segment(at),
        Location.offset(at),
        "it speaks of task " + id + ", which no line before it adds");
  }

  /** Whether earlier lines do not matter any more. */
  boolean isWhole() {
    return gone || body != null;
  }

  /** Whether this is a finished task, complete. */
  boolean isFinished() {
    return body != null && standing != null && standing.status().isFinished();
  }

  /** Whether this is a live task, complete. */
  boolean isLive() {
    return body != null && standing != null && standing.status().isLive();
  }

  /** The body of a live or finished task. */
  Body theBody() {
    return present(body);
  }

  /** The state of a live or finished task, without the claim that came after it. */
  Standing theStanding() {
    return present(standing);
  }

  /** Where the task stands, the claim included. */
  TaskStatus status() {
    return hold != null ? TaskStatus.RUNNING : theStanding().status();
  }

  /** The revision of the state, the claim included. */
  int revision() {
    return theStanding().revision() + (isClaimedSince() ? 1 : 0);
  }

  /** Whether there is a claim that the state does not tell yet. */
  boolean isClaimedSince() {
    return hold != null && theStanding().status() != TaskStatus.RUNNING;
  }

  /** The bytes of the lines that still matter, for estimates. */
  long bytes() {
    return (body == null ? 0L : body.length()) + (standing == null ? 0L : standing.length());
  }

  /** Whether a live or finished task meets a query, as far as can be told without its labels. */
  boolean mayMatch(TaskQuery query) {
    Body b = theBody();
    return (query.statuses().isEmpty() || query.statuses().contains(status()))
        && query.queue().map(b.queue()::equals).orElse(true)
        && query.name().map(b.name()::equals).orElse(true)
        && query.seriesId().map(b.series()::equals).orElse(true)
        && (!query.onlyRecurring() || b.recurring())
        && query.createdFrom().map(from -> !isCreatedBefore(from)).orElse(true)
        && query.createdBefore().map(this::isCreatedBefore).orElse(true)
        && query.after().map(cursor -> id.compareTo(cursor) < 0).orElse(true);
  }

  private boolean isCreatedBefore(Instant time) {
    return Times.ofMicros(theBody().createdAt()).isBefore(time);
  }

  private <T> T present(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not told what becomes of task " + id);
    }
    return part;
  }
}
