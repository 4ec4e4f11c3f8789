package dev.omniq.worker;

import dev.omniq.codec.Handlers;
import dev.omniq.queue.QueueService;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's beat: claim for every free slot, start what was claimed, sleep until there is a
 * reason to look again. The reasons are a wake-up from the store, a slot that became free if the
 * last look may have left something for it, the next due time, and the poll interval as a safety
 * net: at its end there is hardly ever anything, so the next due time is asked for first, which
 * changes nothing in a store.
 *
 * <p>A claim that took all that it asked for has probably left more. Short tasks end soon one after
 * the other, so the next claim waits for as many free slots as the last one took, but no longer
 * than a part of the time that the last one took: otherwise it would be made for the first of them,
 * and all others wait it out.
 */
final class ClaimLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimLoop.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  /** A due time that was reached without a task to claim is not looked at again sooner. */
  private static final Duration SHORTEST_SLEEP = Duration.ofMillis(1);

  /** The part of the last claim's time that the next one waits for slots. */
  private static final int PART_TO_GATHER = 4;

  /** After a claim that had to wait itself, slots need no longer. */
  private static final long LONGEST_TO_GATHER = Duration.ofMillis(5).toNanos();

  /** A store that is as fast as this gains less than an alarm costs. */
  private static final long SHORTEST_TO_GATHER = 100_000;

  private final QueueService queue;
  private final Handlers handlers;
  private final Slots slots;
  private final Executions executions;
  private final TimeSource time;
  private final WorkerOptions options;
  private final Predicate<Execution> start;
  private final Signal signal = new Signal();

  private volatile boolean stopping;

  /** Whether nothing but the poll interval is the reason to look. */
  private boolean polling;

  /** How many the last claim took, if that was all that it asked for, and how long it took. */
  private int lastFull;

  private long lastNanos;

  /** The most that was asked for with the present token since there was an answer to that. */
  private int unanswered;

  /**
   * So many slots have to be free to wake the loop; more than there are if the last look left
   * nothing behind that one could take.
   */
  private volatile int wanted = 1;

  ClaimLoop(
      Worker.Parts parts,
      Slots slots,
      Executions executions,
      WorkerOptions options,
      Predicate<Execution> start) {
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
  void roomAgain() {
    if (slots.free() >= wanted) {
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
        wanted = 1; // said before the slots are counted, so that who frees one now is heard
        if (request().isEmpty()) {
          polling = false;
          signal.await(); // until a slot is free
        } else {
          gather();
          request().ifPresent(this::look);
        }
      } catch (RuntimeException | Error e) { // a thread that cannot be made is an Error
        LOG.warn("Could not claim or start tasks; trying again in {}", PAUSE_AFTER_FAILURE, e);
        polling = false;
        pause();
      }
    }
  }

  private void gather() {
    long nanos = Math.min(lastNanos / PART_TO_GATHER, LONGEST_TO_GATHER);
    if (lastFull == 0 || nanos < SHORTEST_TO_GATHER) {
      return;
    }
    long until = time.nanoTime() + nanos;
    wanted = lastFull;
    for (long left = nanos; left > 0 && slots.free() < lastFull && !stopping; ) {
      sleep(Duration.ofNanos(left));
      left = until - time.nanoTime();
    }
    wanted = 1;
  }

  private void look(ClaimRequest request) {
    int claimed = polling ? 0 : claim(request);
    if (claimed < request.limit()) {
      wanted = polling || slots.keepBack() ? 1 : Integer.MAX_VALUE;
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
    lastFull = 0;
    long sent = time.nanoTime();
    List<Claimed> claims = answered(request);
    lastFull = claims.size() == request.limit() ? claims.size() : 0;
    lastNanos = time.nanoTime() - sent;
    List<Execution> begun = new ArrayList<>(claims.size());
    for (Claimed claimed : claims) {
      var execution = new Execution(claimed, sent + options.lease().toNanos());
      slots.take(claimed.task(), claimed.token());
      executions.add(execution);
      begun.add(execution);
    }
    long refused = begun.stream().filter(execution -> !start.test(execution)).count();
    if (refused > 0) {
      throw new IllegalStateException(
          "the executor has refused " + refused + " task(s), which were given back");
    }
    return claims.size();
  }

  /**
   * A claim that had no answer may have been made, so it is repeated with the same token, and gives
   * what is still held of it. What is not, has used its tokens up all the same.
   */
  private List<Claimed> answered(ClaimRequest request) {
    boolean repeated = unanswered > 0;
    unanswered = Math.max(unanswered, request.limit());
    List<Claimed> claims = join(queue.claim(request));
    if (repeated) {
      slots.skipTo(request.first().plus(unanswered));
    }
    unanswered = 0;
    return claims;
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

  /** However often it is woken: what failed just now would fail again. */
  private void pause() {
    long until = time.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
    for (long left = until - time.nanoTime(); left > 0 && !stopping; ) {
      sleep(Duration.ofNanos(left));
      left = until - time.nanoTime();
    }
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
