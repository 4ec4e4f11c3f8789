package dev.omniq.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order on Ctrl-C and SIGTERM: the JVM, which has begun to shut down, waits
 * until the command has closed this. The exit code is the signal's, 130 or 143.
 */
final class StopSignal implements AutoCloseable {
  /** The worker's own patience is 30 s; a command that takes longer than this hangs. */
  private static final Duration TO_END = Duration.ofSeconds(60);

  private final Duration toEnd;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private StopSignal(Duration toEnd) {
    this.toEnd = toEnd;
  }

  static StopSignal install() {
    return install(TO_END);
  }

  /**
   * For a command that may need a time of its own.
   *
   * @param toEnd how long the JVM waits for it after the signal
   */
  static StopSignal install(Duration toEnd) {
    var signal = new StopSignal(toEnd);
    Runtime.getRuntime().addShutdownHook(new Thread(signal::onShutdown, "omniq-stop"));
    return signal;
  }

  private void onShutdown() {
    stop.countDown();
    try {
      boolean inOrder = ended.await(toEnd.toSeconds(), TimeUnit.SECONDS);
      if (!inOrder) {
        System.err.println("omniq: did not end in " + toEnd.toSeconds() + " s after the signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody waits any more
    }
  }

  /** Waits for the signal. */
  void await() throws InterruptedException {
    stop.await();
  }

  /** Waits for the signal, or for a time to pass: whether there was a signal. */
  boolean await(Duration atMost) throws InterruptedException {
    return stop.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The command has ended, and all that it had to say is said. */
  @Override
  public void close() {
    ended.countDown();
  }
}
