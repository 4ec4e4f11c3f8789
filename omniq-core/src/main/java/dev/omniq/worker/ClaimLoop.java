package dev.omniq.worker;

import dev.omniq.codec.Handlers;
import dev.omniq.queue.QueueService;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's beat: claim for every free slot, start what was claimed, sleep until there is a
 * reason to look again. The reasons are a wake-up from the store, a slot that became free, the next
 * due time, and the poll interval as a safety net: at its end there is hardly ever anything, so the
 * next due time is asked for first, which changes nothing in a store.
 */
final class ClaimLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimLoop.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  /** A due time that was reached without a task to claim is not looked at again sooner. */
  private static final Duration SHORTEST_SLEEP = Duration.ofMillis(1);

  private final QueueService queue;
  private final Handlers handlers;
  private final Slots slots;
  private final Executions executions;
  private final TimeSource time;
  private final WorkerOptions options;
  private final Consumer<Execution> start;
  private final Signal signal = new Signal();

  private volatile boolean stopping;

  /**
   * Whether the last look left nothing behind that a free slot could take: then one that becomes
   * free is no reason to look again.
   */
  private volatile boolean tookAll;

  /** Whether nothing but the poll interval is the reason to look. */
  private boolean polling;

  ClaimLoop(
      Worker.Parts parts,
      Slots slots,
      Executions executions,
      WorkerOptions options,
      Consumer<Execution> start) {
    this.queue = parts.queue();
    this.handlers = parts.handlers();
    this.time = parts.time();
    this.slots = slots;
    this.executions = executions;
    this.options = options;
    this.start = start;
  }

  /** There may be something to claim. */
  void wake() {
    signal.raise();
  }

  /** A slot is free, or there is room for more outcomes. */
  void room() {
    if (!tookAll) {
      signal.raise();
    }
  }

  void stop() {
    stopping = true;
    signal.raise();
  }

  @Override
  public void run() {
    while (!stopping) {
      try {
        tookAll = false; // said before the slots are counted, so that who frees one now is heard
        Optional<ClaimRequest> request = request();
        if (request.isEmpty()) {
          polling = false;
          signal.await(); // until a slot is free
        } else {
          look(request.get());
        }
      } catch (RuntimeException e) {
        LOG.warn("Could not claim tasks; trying again in {}", PAUSE_AFTER_FAILURE, e);
        polling = false;
        sleep(PAUSE_AFTER_FAILURE);
      }
    }
  }

  private void look(ClaimRequest request) {
    int claimed = polling ? 0 : claim(request);
    if (claimed < request.limit()) {
      tookAll = !polling && !slots.keepBack();
      Duration pause = untilNextDue(request, !polling && claimed == 0);
      polling = sleep(pause) && pause.equals(options.pollInterval());
    }
  }

  /** Claims once and starts what was claimed: how many. */
  int step() {
    return request().map(this::claim).orElse(0);
  }

  Optional<Instant> nextDue() {
    return request().flatMap(request -> join(queue.nextDue(request)));
  }

  private Optional<ClaimRequest> request() {
    return slots.request(handlers.names(), executions.room());
  }

  private int claim(ClaimRequest request) {
    long sent = time.nanoTime();
    List<Claimed> claims = join(queue.claim(request));
    for (Claimed claimed : claims) {
      var execution = new Execution(claimed, sent + options.lease().toNanos());
      slots.take(claimed.task(), claimed.token());
      executions.add(execution);
      start.accept(execution);
    }
    return claims.size();
  }

  private Duration untilNextDue(ClaimRequest request, boolean claimedInVain) {
    Optional<Instant> nextDue = join(queue.nextDue(request));
    if (nextDue.isEmpty()) {
      return options.pollInterval();
    }
    Duration untilDue = Duration.between(queue.now(), nextDue.get());
    if (claimedInVain && untilDue.isNegative()) {
      return SHORTEST_SLEEP;
    }
    return untilDue.compareTo(options.pollInterval()) < 0 ? untilDue : options.pollInterval();
  }

  /** Whether it came to its end, whatever else happened then. */
  private boolean sleep(Duration atMost) {
    if (atMost.isZero() || atMost.isNegative() || stopping) {
      return false;
    }
    var ended = new AtomicBoolean();
    TimeSource.Alarm alarm =
        time.schedule(
            atMost,
            () -> {
              ended.set(true);
              signal.raise();
            });
    signal.await();
    alarm.cancel();
    return ended.get();
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } catch (CancellationException e) {
      throw new IllegalStateException("a store must not cancel its answers", e);
    }
  }
}
