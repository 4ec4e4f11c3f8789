package dev.omniq.worker;

import dev.omniq.queue.QueueService;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every worker does beside running tasks: takes expired claims back, removes what retention no
 * longer keeps, and tells once of each task name that waits for a handler it does not have.
 */
final class Janitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);
  private static final int BATCH = 1_000;

  private static final Duration RESCUE_EVERY = Duration.ofSeconds(1);
  private static final Duration LOOK_FOR_UNKNOWN_EVERY = Duration.ofSeconds(15);
  private static final Duration PURGE_EVERY = Duration.ofSeconds(60);

  private final QueueService queue;
  private final TimeSource time;
  private final Retention retention;
  private final Supplier<Set<String>> names;
  private final Set<String> toldNames = ConcurrentHashMap.newKeySet();

  private final List<Chore> chores = new ArrayList<>();
  private volatile boolean closed;

  Janitor(QueueService queue, TimeSource time, Retention retention, Supplier<Set<String>> names) {
    this.queue = queue;
    this.time = time;
    this.retention = retention;
    this.names = names;
  }

  synchronized void start() {
    chores.add(new Chore(RESCUE_EVERY, "Taking back expired claims", () -> queue.rescue(BATCH)));
    chores.add(
        new Chore(LOOK_FOR_UNKNOWN_EVERY, "Looking for unknown names", this::lookForUnknownNames));
    chores.add(new Chore(PURGE_EVERY, "Purging", this::purge));
    chores.forEach(Chore::plan);
  }

  /** All of it at once, for a worker that has no beat of its own. */
  void sweep() {
    queue.rescue(BATCH).join();
    purge().join();
  }

  /** What is done again and again, with a pause after each time. */
  private final class Chore {
    private final Duration pause;
    private final String what;
    private final Supplier<CompletableFuture<?>> work;
    private TimeSource.Alarm alarm = () -> {};

    Chore(Duration pause, String what, Supplier<CompletableFuture<?>> work) {
      this.pause = pause;
      this.what = what;
      this.work = work;
    }

    void plan() {
      synchronized (Janitor.this) {
        if (!closed) {
          alarm = time.schedule(pause, this::run);
        }
      }
    }

    private void run() {
      if (closed) {
        return;
      }
      var unused =
          begun(work)
              .whenComplete(
                  (done, failure) -> {
                    if (failure != null && !closed) {
                      LOG.warn("{} failed; trying again in {}", what, pause, failure);
                    }
                    plan();
                  });
    }
  }

  /** What cannot even begin has failed like any other, so that it is tried again. */
  private static CompletableFuture<?> begun(Supplier<CompletableFuture<?>> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Void> lookForUnknownNames() {
    return queue.stats().thenAccept(this::tellUnknownNames);
  }

  private void tellUnknownNames(StoreStats stats) {
    Set<String> known = names.get();
    stats
        .liveByName()
        .forEach(
            (name, count) -> {
              if (!known.contains(name) && toldNames.add(name)) {
                LOG.info("{} task(s) named '{}' wait for a worker that knows them", count, name);
              }
            });
  }

  private CompletableFuture<Void> purge() {
    return queue
        .purge(retention, BATCH)
        .thenCompose(
            purged -> purged < BATCH || closed ? CompletableFuture.completedFuture(null) : purge());
  }

  /** An alarm that stood would keep the whole store in memory until it is over. */
  @Override
  public synchronized void close() {
    closed = true;
    chores.forEach(chore -> chore.alarm.cancel());
  }
}
