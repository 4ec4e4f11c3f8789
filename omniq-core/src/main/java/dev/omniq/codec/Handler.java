package dev.omniq.codec;

import org.jspecify.annotations.Nullable;

/** What runs the tasks of one name. Thread-safe as far as the program's own code is. */
public interface Handler {

  /**
   * Decodes the arguments and runs the program's code on the calling thread.
   *
   * @param arguments the stored JSON array
   * @return what the code returned, as it is: perhaps a {@link
   *     java.util.concurrent.CompletionStage}; null for nothing
   * @throws UndecodableArgumentsException if the arguments do not fit; the code was not run
   * @throws Exception what the code threw, itself
   */
  @Nullable Object invoke(String arguments) throws Exception;

  /**
   * What the code returned, or what the stage it returned completed with, as JSON.
   *
   * @throws IllegalArgumentException if JSON cannot carry it, or if it is over the limit
   */
  String encodeResult(@Nullable Object result);

  /** How people know the code, such as {@code Reports.generate(String, int)}. */
  String description();
}
