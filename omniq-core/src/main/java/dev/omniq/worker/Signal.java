package dev.omniq.worker;

/** A bell: raised any number of times, heard once. Nothing is missed between two waits. */
final class Signal {
  private boolean raised;

  synchronized void raise() {
    raised = true;
    notifyAll();
  }

  /** Waits until it is raised, and lowers it. An interrupt counts as raised and is kept. */
  synchronized void await() {
    boolean interrupted = false;
    while (!raised && !interrupted) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    raised = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
