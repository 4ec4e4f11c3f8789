package dev.omniq.storage.memory;

import dev.omniq.storage.WakeUps.Listener;
import dev.omniq.storage.WakeUps.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told of wake-ups. Thread-safe. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  Subscription add(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void tell(WakeUp wakeUp) {
    if (wakeUp.due()) {
      each(Listener::due);
    }
    if (!wakeUp.revoked().isEmpty()) {
      each(listener -> listener.revoked(wakeUp.revoked()));
    }
  }

  private void each(Consumer<Listener> call) {
    for (Listener listener : listeners) {
      try {
        call.accept(listener);
      } catch (RuntimeException e) {
        // The change is made; its caller must not be told otherwise.
        LOG.error("A wake-up listener failed; listeners must not throw", e);
      }
    }
  }
}
