package dev.omniq.worker;

/** What is set up around a handler, so that it finds its context. */
@FunctionalInterface
public interface HandlerScope {

  /** Called on the handler's thread before it starts; closed there when it has returned. */
  Open open(Execution execution);

  /** What is to be undone afterwards. */
  @FunctionalInterface
  interface Open {
    /** Undoes it. */
    void close();
  }
}
