package dev.omniq.queue;

import dev.omniq.storage.Transition;
import dev.omniq.task.Task;
import dev.omniq.task.TaskListener.Kind;
import java.time.Instant;
import java.util.function.Supplier;

/** Tells listeners, and those who wait for results, what a store has made of tasks. */
final class Announcements {
  private final Listeners listeners;
  private final Waiters waiters;
  private final Supplier<Instant> clock;

  Announcements(Listeners listeners, Waiters waiters, Supplier<Instant> clock) {
    this.listeners = listeners;
    this.waiters = waiters;
    this.clock = clock;
  }

  /** A transition was applied to a task. */
  void made(Task before, Transition transition, Kind kind) {
    if (transition.next().status().isFinished()) {
      waiters.finished(transition.id());
    }
    if (listeners.any()) {
      Instant now = clock.get();
      listeners.tell(before.with(transition.next()), kind, now);
      transition
          .followUp()
          .ifPresent(next -> listeners.tell(Task.stored(next, now), Kind.ENQUEUED, now));
    }
  }
}
