package dev.omniq.codec;

/**
 * What runs a typed task and returns nothing. Called from several threads.
 *
 * @param <T> the payload
 */
@FunctionalInterface
public interface TypedHandler<T> {

  /** Runs one task; what it throws fails the attempt. */
  void handle(T payload) throws Exception;
}
