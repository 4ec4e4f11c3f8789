package dev.omniq.storage;

import dev.omniq.storage.WakeUps.Listener;
import dev.omniq.storage.WakeUps.Subscription;
import dev.omniq.task.ClaimToken;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told of a store's wake-ups. Thread-safe. */
public final class WakeUpListeners {
  private static final Logger LOG = LoggerFactory.getLogger(WakeUpListeners.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile Runnable whenAdded = () -> {};

  /**
   * What is done whenever a listener was added, on the thread that adds it; it replaces another.
   */
  public void whenAdded(Runnable action) {
    whenAdded = Objects.requireNonNull(action, "action");
  }

  /** Tells this listener, too, from now on. */
  public Subscription add(Listener listener) {
    Objects.requireNonNull(listener, "listener");
    listeners.add(listener);
    whenAdded.run();
    return () -> listeners.remove(listener);
  }

  /** Whether there is anybody to tell. */
  public boolean any() {
    return !listeners.isEmpty();
  }

  /** Tells all that something may be due. */
  public void due() {
    each(Listener::due);
  }

  /** Tells all of claims that were taken away; nothing if there are none. */
  public void revoked(List<ClaimToken> tokens) {
    if (!tokens.isEmpty()) {
      each(listener -> listener.revoked(tokens));
    }
  }

  private void each(Consumer<Listener> call) {
    for (Listener listener : listeners) {
      try {
        call.accept(listener);
      } catch (RuntimeException | Error e) {
        // The change is made; its caller must not be told otherwise.
        LOG.error("A wake-up listener failed; listeners must not throw", e);
      }
    }
  }
}
