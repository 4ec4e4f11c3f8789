package dev.omniq.move;

import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.task.OmniQException;
import java.util.Optional;

/**
 * Which step comes next, by nothing but the marks of the two stores. So a move that was interrupted
 * anywhere, or that two processes carry out at once, goes on right: whoever comes reads the marks
 * and does the next step, and each step is a compare-and-set of one mark or can be repeated.
 *
 * <p>The target is marked first: when the source closes, the target is known to be writable and
 * free. Whether a move is complete or undone is decided at one place, the mark of the source, which
 * leaves {@link Stage#COPYING} once, in one of two directions:
 *
 * <pre>
 * source   target             move does           undo does
 * ------   ------             ---------           ---------
 * none     none               mark the target     nothing: it is undone
 * none     copying            mark the source     target to undoing
 * none     undoing            refuse              remove copies, unmark the target
 * copying  none               mark the target     source to undoing
 * copying  copying            copy, complete      source to undoing
 * copying  undoing            refuse              source to undoing
 * complete copying, undoing   unmark the target   refuse
 * complete none               nothing: it is done refuse
 * undoing  copying            refuse              target to undoing
 * undoing  undoing            refuse              remove copies, unmark the target
 * undoing  none               refuse              unmark the source
 * </pre>
 *
 * Marks of another move, or of the same one with another store, are refused.
 */
final class Steps {
  private Steps() {}

  /** What to do next. */
  enum Step {
    MARK_TARGET,
    MARK_SOURCE,
    COPY,
    UNDO_SOURCE,
    UNDO_TARGET,
    REMOVE,
    UNMARK_TARGET,
    UNMARK_SOURCE,
    NOTHING
  }

  /**
   * The marks that two stores have.
   *
   * @param from the URL of the source
   * @param to the URL of the target
   */
  record Marks(Optional<MoveMark> source, Optional<MoveMark> target, String from, String to) {

    /** The next step of a move. */
    Step towardsCompletion() {
      requireOneMove();
      if (isAt(source, Stage.COMPLETE)) {
        return isMarkedFor(from) ? Step.UNMARK_TARGET : Step.NOTHING;
      }
      if (isAt(source, Stage.UNDOING) || isAt(target, Stage.UNDOING)) {
        throw new OmniQException(
            "the move from " + from + " to " + to + " is being undone; repeat that with --abort");
      }
      if (target.isEmpty()) {
        return Step.MARK_TARGET;
      }
      return source.isEmpty() ? Step.MARK_SOURCE : Step.COPY;
    }

    /** The next step of undoing a move. */
    Step towardsUndoing() {
      requireOneMove();
      if (isAt(source, Stage.COMPLETE)) {
        throw new OmniQException(
            "the move from "
                + from
                + " to "
                + to
                + " is complete and cannot be undone any more"
                + (isMarkedFor(from) ? "; repeat it without --abort, to finish it" : ""));
      }
      if (isAt(source, Stage.COPYING)) {
        return Step.UNDO_SOURCE;
      }
      if (target.isPresent()) {
        return isAt(target, Stage.COPYING) ? Step.UNDO_TARGET : Step.REMOVE;
      }
      return source.isPresent() ? Step.UNMARK_SOURCE : Step.NOTHING;
    }

    /** Whether the two stores are one: what this move marked as the target shows as the source. */
    boolean isOneStore() {
      return source.equals(target)
          && source
              .filter(mark -> mark.role() == Role.TARGET && mark.other().equals(from))
              .isPresent();
    }

    private void requireOneMove() {
      require(source, Role.SOURCE, from, to);
      if (isAt(source, Stage.COMPLETE)) {
        return; // what else the target takes part in is its own affair
      }
      require(target, Role.TARGET, to, from);
      if (source.isPresent() && target.isPresent() && !isOf(target, source.get())) {
        throw new OmniQException(
            "%s and %s take part in two different moves: %s and %s"
                .formatted(from, to, source.get().move(), target.get().move()));
      }
    }

    /**
     * Whether the target still waits for this source. Of a complete move, whatever its number: two
     * processes may begin at once, and the slower one marks a target that is done with.
     */
    private boolean isMarkedFor(String url) {
      return target
          .filter(mark -> mark.role() == Role.TARGET && mark.other().equals(url))
          .isPresent();
    }

    private static boolean isOf(Optional<MoveMark> mark, MoveMark other) {
      return mark.filter(present -> present.move().equals(other.move())).isPresent();
    }

    private static boolean isAt(Optional<MoveMark> mark, Stage stage) {
      return mark.filter(present -> present.stage() == stage).isPresent();
    }

    private static void require(Optional<MoveMark> mark, Role role, String url, String other) {
      if (mark.isEmpty()) {
        return;
      }
      MoveMark present = mark.get();
      if (present.role() != role || !present.other().equals(other)) {
        throw new OmniQException(url + " takes part in another move: " + present.describe());
      }
    }
  }
}
