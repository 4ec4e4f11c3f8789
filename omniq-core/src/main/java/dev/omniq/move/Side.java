package dev.omniq.move;

import dev.omniq.storage.Movable;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.OmniQException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * One of the two stores of a move.
 *
 * @param tasks the store
 * @param movable the same store, as a move sees it
 * @param url what it is called in its partner's mark; without password
 */
public record Side(TaskStore tasks, Movable movable, String url) {

  /**
   * A store that can be moved.
   *
   * @throws OmniQException if it cannot
   */
  public static Side of(TaskStore store, String url) {
    if (store instanceof Movable movable) {
      return new Side(store, movable, url);
    }
    throw new OmniQException("the store " + url + " cannot be moved from or to");
  }

  Optional<MoveMark> mark() throws InterruptedException {
    return get(movable.mark());
  }

  /** Changes the mark; what it came to is read again afterwards. */
  void mark(Optional<MoveMark> expected, Optional<MoveMark> next) throws InterruptedException {
    get(movable.mark(expected, next));
  }

  /** The answer of a store, or what the call failed with. */
  static <T> T get(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OmniQException known) {
        throw known;
      }
      throw new OmniQException("a store failed: " + e.getCause(), e.getCause());
    }
  }
}
