package dev.omniq.storage;

import dev.omniq.task.StorageException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The part that a store plays in a move of tasks from one store to another: kept durably by the
 * store, so that whoever opens it obeys.
 *
 * @param move which move; the same in both stores
 * @param role whether tasks leave this store or come to it
 * @param stage how far the move is
 * @param other the URL of the other store, for people; without password
 * @param since when the move began, in microseconds
 */
public record MoveMark(UUID move, Role role, Stage stage, String other, Instant since) {

  /** Checks that nothing is missing, and cuts the time to microseconds. */
  public MoveMark {
    Objects.requireNonNull(move, "move");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(other, "other");
    since = since.truncatedTo(ChronoUnit.MICROS);
  }

  /** Which side of a move. */
  public enum Role {
    /** Tasks leave: nothing may change any more. */
    SOURCE,
    /** Tasks come: none may be handed out or taken away before they are all here. */
    TARGET
  }

  /** How far a move is. */
  public enum Stage {
    /** Tasks are being copied. */
    COPYING,
    /** All tasks are in the other store; only a source keeps such a mark, for good. */
    COMPLETE,
    /** The move was given up; copies are being removed. */
    UNDOING
  }

  /** What a mark may refuse: the writing methods of {@link TaskStore}. */
  public enum Call {
    /** {@link TaskStore#insert}, also within a transaction of a user. */
    INSERT,
    /** {@link TaskStore#claim}. */
    CLAIM,
    /** {@link TaskStore#apply}, also within a transaction of a user. */
    APPLY,
    /** {@link TaskStore#extend}. */
    EXTEND,
    /** {@link TaskStore#annotate}. */
    ANNOTATE,
    /** {@link TaskStore#delete}. */
    DELETE,
    /** {@link TaskStore#purge}. */
    PURGE
  }

  /** This mark at another stage. */
  public MoveMark at(Stage next) {
    return new MoveMark(move, role, next, other, since);
  }

  /**
   * Why a store with this mark must not do what it is asked; empty if it may. A source refuses
   * everything. A target refuses to hand out and to take away, which includes the purge of finished
   * tasks; only copies are {@linkplain Movable#withdraw taken away} when the move is being undone.
   */
  public Optional<StorageException> refuse(Call call) {
    boolean refused =
        role == Role.SOURCE || call == Call.CLAIM || call == Call.PURGE || call == Call.DELETE;
    return refused ? Optional.of(new StorageException(describe())) : Optional.empty();
  }

  /**
   * Checks that a call may be made.
   *
   * @param present the mark of the store
   * @throws StorageException if the mark refuses it
   */
  public static void require(Optional<MoveMark> present, Call call) {
    Optional<StorageException> refusal = present.flatMap(mark -> mark.refuse(call));
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  /**
   * Checks that copies may be stored.
   *
   * @param present the mark of the store
   * @param move the move that brings the copies
   * @throws StorageException unless the store is the target of this move and still copied to
   */
  public static void requireCopying(Optional<MoveMark> present, UUID move) {
    requireTarget(present, move, Stage.COPYING, "takes no copies");
  }

  /**
   * Checks that copies may be taken away.
   *
   * @param present the mark of the store
   * @param move the move that brought the copies
   * @throws StorageException unless the store is the target of this move, which is being undone
   */
  public static void requireUndoing(Optional<MoveMark> present, UUID move) {
    requireTarget(present, move, Stage.UNDOING, "gives up no copies");
  }

  private static void requireTarget(
      Optional<MoveMark> present, UUID move, Stage stage, String refusal) {
    boolean open =
        present
            .filter(mark -> mark.move.equals(move))
            .filter(mark -> mark.role == Role.TARGET && mark.stage == stage)
            .isPresent();
    if (!open) {
      throw new StorageException(
          "this store %s of move %s: %s"
              .formatted(
                  refusal,
                  move,
                  present
                      .map(MoveMark::describe)
                      .orElse("the move was completed or undone meanwhile")));
    }
  }

  /** What goes on, and what can be done about it, for people. */
  public String describe() {
    if (role == Role.TARGET) {
      return stage == Stage.UNDOING
          ? "a move of tasks from " + other + " to this store is being undone; " + finishUndoing()
          : "tasks are being moved from "
              + other
              + " to this store since "
              + since
              + "; none is handed out or removed before all are here. "
              + finishCopying();
    }
    return switch (stage) {
      case COPYING ->
          "the tasks of this store are being moved to "
              + other
              + " since "
              + since
              + "; nothing is changed here any more. "
              + finishCopying();
      case COMPLETE -> "the tasks of this store were moved to " + other + "; use that store";
      case UNDOING ->
          "a move of the tasks of this store to " + other + " is being undone; " + finishUndoing();
    };
  }

  private static String finishCopying() {
    return "Should the move have been interrupted, repeat 'omniq move', or undo it with its option"
        + " --abort";
  }

  private static String finishUndoing() {
    return "repeat 'omniq move' with its option --abort should that have been interrupted";
  }
}
