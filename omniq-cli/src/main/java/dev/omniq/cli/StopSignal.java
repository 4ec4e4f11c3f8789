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
  private static final long SECONDS_TO_END = 60;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private StopSignal() {}

  static StopSignal install() {
    var signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::onShutdown, "omniq-stop"));
    return signal;
  }

  private void onShutdown() {
    stop.countDown();
    try {
      boolean inOrder = ended.await(SECONDS_TO_END, TimeUnit.SECONDS);
      if (!inOrder) {
        System.err.println("omniq: did not end in " + SECONDS_TO_END + " s after the signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody waits any more
    }
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
