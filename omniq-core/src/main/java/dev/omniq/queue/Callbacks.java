package dev.omniq.queue;

import java.util.function.Supplier;

/**
 * Code of the program that is called by whoever gives a store's answers: listeners, conditions, and
 * what hangs on a future. To wait for the store there is to wait for oneself, so the calls that
 * wait refuse. They do so for every store of the process: two may be one, whose owner is the other.
 */
public final class Callbacks {
  private static final ThreadLocal<Boolean> CALLED = ThreadLocal.withInitial(() -> false);

  private Callbacks() {}

  /** Calls back. */
  public static void run(Runnable callback) {
    var unused =
        call(
            () -> {
              callback.run();
              return true;
            });
  }

  /** The same for what returns something. */
  public static <T> T call(Supplier<T> callback) {
    boolean before = CALLED.get();
    CALLED.set(true);
    try {
      return callback.get();
    } finally {
      CALLED.set(before);
    }
  }

  /**
   * Before a call that waits for the store.
   *
   * @throws IllegalStateException on a thread that is calling back
   */
  public static void requireMayWait() {
    if (CALLED.get()) {
      throw new IllegalStateException(
          "a listener, a condition, or what hangs on a future is called on a thread that gives a"
              + " store's answers, and must not wait for one; use OmniQ.async() without waiting, or"
              + " another thread, by thenApplyAsync and its like with an executor");
    }
  }
}
