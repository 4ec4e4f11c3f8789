package dev.omniq.worker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The threads that handlers run on when the user gives no executor: virtual ones where the JDK has
 * them (21 and later), otherwise a pool of platform threads that shrinks when idle.
 */
final class HandlerThreads {
  private HandlerThreads() {}

  static ExecutorService create(int concurrency) {
    ExecutorService virtual = virtualThreads();
    return virtual != null ? virtual : new HandlerPool(concurrency);
  }

  /** The one place that looks for an API newer than the baseline. */
  private static @Nullable ExecutorService virtualThreads() {
    try {
      MethodHandle create =
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class));
      return (ExecutorService) create.invoke();
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null; // JDK 17 to 20
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads are there, but cannot be started", e);
    }
  }
}
