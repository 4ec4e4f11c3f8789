package dev.omniq.worker;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What stands around a handler on its thread, so that it finds its context. */
@FunctionalInterface
public interface HandlerScope {

  /** Calls the handler, and returns or throws what it does. */
  @Nullable Object around(Execution execution, Callable<@Nullable Object> handler) throws Exception;
}
