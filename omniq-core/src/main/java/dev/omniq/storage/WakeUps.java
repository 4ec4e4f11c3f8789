package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import java.util.List;

/**
 * What a store may offer beside {@link TaskStore}: to tell at once what polling finds later.
 * Nothing is lost without it, and a wake-up may come late, twice or for nothing.
 */
public interface WakeUps {

  /** Tells a listener from now on, on a thread of the store; close to end it. */
  Subscription subscribe(Listener listener);

  /** Who is told; must be quick and must not throw. */
  interface Listener {
    /** Something may be due, or due earlier than {@link TaskStore#nextDue} said. */
    void due();

    /** Claims that were taken away from their holders: cancelled or rescued. */
    void revoked(List<ClaimToken> tokens);
  }

  /** A listener's place. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
