package dev.omniq;

import dev.omniq.move.Move;
import dev.omniq.move.Outcome;
import dev.omniq.move.Progress;
import dev.omniq.move.Side;
import dev.omniq.queue.Callbacks;
import dev.omniq.storage.TaskStore;

/**
 * Moves all tasks of one store to another: {@code omniq move} for programs.
 *
 * <pre>{@code
 * Settings from = Settings.ofUrl("file:omniq_data").build();
 * Settings to = Settings.ofUrl("sqlite:omniq.db").build();
 * try (StoreMove move = StoreMove.open(from, to, (phase, done, total) -> {})) {
 *   move.run();
 * }
 * }</pre>
 *
 * <p>From its first step on the source refuses every other write and the target gives out no task;
 * when it is complete the source is closed for good. One that was interrupted is finished by
 * repeating it, or taken back by {@link #undo}. Not thread-safe.
 */
public final class StoreMove implements AutoCloseable {
  private final Side source;
  private final Side target;
  private final Move move;

  private StoreMove(Side source, Side target, Move move) {
    this.source = source;
    this.target = target;
    this.move = move;
  }

  /**
   * Opens both stores; nothing is moved yet. The clock is that of {@code to}.
   *
   * @throws dev.omniq.task.OmniQException if one of them cannot be opened or moved
   */
  public static StoreMove open(Settings from, Settings to, Progress progress) {
    Side source = open(from);
    try {
      Side target = open(to);
      return new StoreMove(source, target, new Move(source, target, to.timeSource(), progress));
    } catch (RuntimeException e) {
      source.tasks().close();
      throw e;
    }
  }

  private static Side open(Settings settings) {
    TaskStore store = Stores.open(settings);
    try {
      return Side.of(store, settings.publicUrl());
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** The store that is left, as its URL without secrets. */
  public String from() {
    return source.url();
  }

  /** The store that the tasks come to, as its URL without secrets. */
  public String to() {
    return target.url();
  }

  /**
   * Moves the tasks, or finishes what an interrupted move began; see {@link Move#run}.
   *
   * @throws InterruptedException if the caller was interrupted; the move can be repeated
   */
  public Outcome run() throws InterruptedException {
    Callbacks.requireMayWait();
    return move.run();
  }

  /**
   * Takes a move back that is not complete; see {@link Move#undo}.
   *
   * @throws InterruptedException if the caller was interrupted; undoing can be repeated
   */
  public Outcome undo() throws InterruptedException {
    Callbacks.requireMayWait();
    return move.undo();
  }

  /** Closes both stores. */
  @Override
  public void close() {
    Callbacks.requireMayWait();
    try {
      target.tasks().close();
    } finally {
      source.tasks().close();
    }
  }
}
