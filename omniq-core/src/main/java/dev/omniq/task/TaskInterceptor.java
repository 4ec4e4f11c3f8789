package dev.omniq.task;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Stands around what a program does with tasks: tracing, a tenant, a security context. What is
 * known where a task is enqueued travels in its labels to where its handler runs. Given with {@code
 * Settings.builder().interceptor(…)}; the first that is given is the outermost. Called by many
 * threads at once.
 */
public interface TaskInterceptor {

  /**
   * Labels for a task that is about to be stored; those that it has already stay as they are. The
   * later runs of a series share the labels of the first. What this throws, the caller of {@code
   * enqueue} gets, and nothing is stored.
   *
   * @param task what is to be stored
   * @return the labels to add, within the limits of {@link TaskSpec#labels}; none by default
   */
  default Map<String, String> labels(TaskSpec task) {
    return Map.of();
  }

  /**
   * Runs the handler, on the handler's thread; by default that and nothing more. What this returns
   * or throws is taken for the handler's own.
   *
   * @param task the task as it was claimed
   * @param handler the handler, with the interceptors within this one; to be called once. Returns
   *     what the handler does, perhaps a {@link java.util.concurrent.CompletionStage} that ends
   *     later, on another thread
   * @throws Exception what the handler threw
   */
  default @Nullable Object around(Task task, Callable<@Nullable Object> handler) throws Exception {
    return handler.call();
  }
}
