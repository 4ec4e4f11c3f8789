package dev.omniq.storage.file.shared;

import java.util.function.BooleanSupplier;

/** Waits that an interrupt does not end; it is kept for the caller. */
final class Waiting {
  private Waiting() {}

  /** Waits until a condition holds that changes under a monitor, which the caller holds. */
  static void until(Object monitor, BooleanSupplier condition) {
    boolean interrupted = false;
    while (!condition.getAsBoolean()) {
      try {
        monitor.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end of a thread. */
  static void forEnd(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
