package dev.omniq.codec;

import org.jspecify.annotations.Nullable;

/**
 * What runs a typed task and returns its result, or a {@link java.util.concurrent.CompletionStage}
 * of it. Called from several threads.
 *
 * @param <T> the payload
 */
@FunctionalInterface
public interface TypedFunction<T> {

  /** Runs one task; what it throws fails the attempt. */
  @Nullable Object handle(T payload) throws Exception;
}
