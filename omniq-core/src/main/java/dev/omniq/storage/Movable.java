package dev.omniq.storage;

import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * What a store may offer beside {@link TaskStore}: that its tasks can be moved to another store, or
 * another's to it. How a move goes is decided in {@code dev.omniq.move}; a store keeps the mark,
 * refuses what {@link MoveMark#refuse} refuses, gives out its tasks and takes in copies.
 *
 * <p>The {@linkplain TaskStore rules of futures} hold here as well.
 */
public interface Movable {

  /** The mark of the move that this store takes part in, or was left by. */
  CompletableFuture<Optional<MoveMark>> mark();

  /**
   * Puts a mark in the place of another, or none in its place, in one durable step: a
   * compare-and-set. Nothing changes unless the present mark equals the expected one.
   *
   * <p>From the completion of the future on, every call that the new mark refuses fails with the
   * {@link dev.omniq.task.StorageException} of {@link MoveMark#refuse}, in this process and every
   * other, and no such call that began earlier can still take effect (a transaction that was under
   * way has ended or will fail). The mark outlives the process and loss of power.
   *
   * @param expected what must stand now; empty for no mark
   * @param next what is to stand; empty for no mark
   * @return what stands afterwards, whoever put it there
   */
  CompletableFuture<Optional<MoveMark>> mark(Optional<MoveMark> expected, Optional<MoveMark> next);

  /**
   * The stored tasks, finished ones too, in ascending order of their ids: those that come after the
   * given one, or the first. At most {@code limit}; fewer where they are large, but none only at
   * the end. A read, also of a marked store.
   */
  CompletableFuture<List<Task>> export(Optional<TaskId> after, int limit);

  /**
   * Stores copies of tasks with their whole state, revision, errors and notes included, all or none
   * in one durable step. A task whose id is there already, live or finished, is left as it is, so
   * the call can be repeated. Where due times and priorities are equal, new ones are in the order
   * of the list.
   *
   * <p>Fails with {@link dev.omniq.task.StorageException}, and changes nothing, unless this store
   * has the mark of this move with {@link MoveMark.Role#TARGET} and {@link MoveMark.Stage#COPYING}
   * (looked at in the same atomic step; see {@link MoveMark#requireCopying}), and where a copy
   * would be live beside a live task that holds its unique key or carries its series; the message
   * then names both tasks.
   *
   * @param move the move that the copies belong to
   * @return how many were not there before
   * @throws IllegalArgumentException if a task is RUNNING: a claim cannot be copied
   */
  CompletableFuture<Integer> restore(UUID move, List<Task> tasks);

  /**
   * Takes copies of a move away that is being undone, in one durable step. Ids that are not there
   * are passed over, so the call can be repeated.
   *
   * <p>Fails with {@link dev.omniq.task.StorageException}, and changes nothing, unless this store
   * has the mark of this move with {@link MoveMark.Role#TARGET} and {@link MoveMark.Stage#UNDOING},
   * looked at in the same atomic step: whoever was stopped on the way cannot take away what has
   * come by another move since.
   *
   * @param move the move that brought the copies
   * @return what became of each
   */
  CompletableFuture<List<DeleteOutcome>> withdraw(UUID move, List<TaskId> ids);
}
