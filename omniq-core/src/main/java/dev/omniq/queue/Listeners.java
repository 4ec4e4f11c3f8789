package dev.omniq.queue;

import dev.omniq.task.Task;
import dev.omniq.task.TaskListener;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of transitions; what one of them throws reaches neither the others nor us. */
public final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<TaskListener> listeners;

  /** These listeners, told in this order. */
  public Listeners(List<TaskListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** Whether anybody listens, so that nothing is prepared for nobody. */
  boolean any() {
    return !listeners.isEmpty();
  }

  void tell(Task task, TaskListener.Kind kind, Instant at) {
    var transition = new TaskListener.Transition(task, kind, at);
    for (TaskListener listener : listeners) {
      try {
        Callbacks.run(() -> listener.onTransition(transition));
      } catch (RuntimeException | Error e) { // the change is made, whatever becomes of this
        LOG.warn("Listener {} failed on {} of task {}", listener, kind, task.id(), e);
      }
    }
  }
}
