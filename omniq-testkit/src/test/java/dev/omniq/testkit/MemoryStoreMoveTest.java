package dev.omniq.testkit;

import dev.omniq.storage.Movable;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.TimeSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;

/** The memory store can be moved; here it is kept when it is closed, as its process would go on. */
class MemoryStoreMoveTest extends MoveContract {
  @Override
  protected DurableHome home() {
    return new KeptHome();
  }

  private static final class KeptHome implements DurableHome, TimeSource {
    private final MemoryStore store = new MemoryStore(this);
    private TimeSource time = TimeSource.system();
    private long origin;
    private long last;

    @Override
    public TaskStore open(TimeSource next) {
      time = next;
      origin = last - next.nanoTime();
      return (TaskStore)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {TaskStore.class, Movable.class},
              (proxy, method, arguments) -> {
                try {
                  return method.getName().equals("close") ? null : method.invoke(store, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public Loss crash(TaskStore kept) {
      return Loss.UNANSWERED;
    }

    @Override
    public Instant now() {
      return time.now();
    }

    /** Goes on from where it was, whatever the next clock begins with. */
    @Override
    public long nanoTime() {
      last = time.nanoTime() + origin;
      return last;
    }

    @Override
    public Alarm schedule(Duration delay, Runnable action) {
      return time.schedule(delay, action);
    }
  }
}
