package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.file.shared.Pending.Settled;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of a directory, whoever owns it. The {@link Keeper} finds the owner; between two owners
 * calls wait here. Those whose answer got lost with an owner are made once more with the next one,
 * all in their order; {@link Call#againOn} sees to it that nothing is changed twice.
 *
 * <p>A call that has waited for too long gives up, whatever it waits for: an owner that is stopped
 * cannot be told from one that is slow.
 */
final class SwitchingStore extends CallingStore implements Keeper.Finder {
  private static final Logger LOG = LoggerFactory.getLogger(SwitchingStore.class);

  private final Path directory;
  private final Duration patience;
  private final TimeSource time;
  private final Keeper keeper;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  private final Object lock = new Object();
  private final Set<Pending<?>> pending = new LinkedHashSet<>();
  private @Nullable TaskStore current;
  private @Nullable Subscription upstream;
  private boolean alarmed;
  private boolean closed;

  private volatile TimeSource.Alarm alarm = () -> {};

  /** The store, once this process owns it; its calls need no waiting room then. */
  private volatile @Nullable TaskStore own;

  private SwitchingStore(Path directory, SharedStoreOptions options) {
    super(options.file().time());
    this.directory = directory;
    patience = options.patience();
    time = options.file().time();
    keeper = new Keeper(directory, options, this);
  }

  /**
   * Opens the store of a directory.
   *
   * @throws StorageException if this process could own it but cannot open it, or if another one
   *     does not answer
   */
  static SwitchingStore open(Path directory, SharedStoreOptions options) {
    var store = new SwitchingStore(directory, options);
    store.keeper.start();
    TimeSource.Alarm alarm = store.time.schedule(store.patience, store::openedTooLate);
    try {
      store.opened.join();
      return store;
    } catch (CompletionException e) {
      store.close();
      throw e.getCause() instanceof OmniQException known
          ? known
          : new StorageException("cannot open the store in " + directory, e);
    } finally {
      alarm.cancel();
    }
  }

  private void openedTooLate() {
    opened.completeExceptionally(new StorageException(nobodyAnswers()));
  }

  private String nobodyAnswers() {
    return "the store in %s has not answered for %d s: %s"
        .formatted(directory, patience.toSeconds(), keeper.trouble());
  }

  @Override
  <T> CompletableFuture<T> call(Call<T> call) {
    TaskStore direct = own;
    if (direct != null) {
      return call.on(direct);
    }
    var waiting = new Pending<T>(call, time.nanoTime());
    boolean first;
    synchronized (lock) {
      if (closed) {
        return CompletableFuture.failedFuture(Messages.closed());
      }
      pending.add(waiting);
      if (current != null) {
        waiting.attempt(current, this::settled);
      }
      first = !alarmed;
      alarmed = true;
    }
    if (first) {
      alarm = time.schedule(patience, this::giveUp);
    }
    return waiting.answer();
  }

  @Override
  @Nullable TaskStore direct() {
    return own;
  }

  private void settled(Settled over) {
    synchronized (lock) {
      if (!pending.remove(over.call())) {
        return; // given up
      }
      lock.notifyAll();
    }
    over.tell().run();
  }

  /** Gives up the calls that have waited for too long, and comes again for those that have not. */
  private void giveUp() {
    long now = time.nanoTime();
    Duration again = Duration.ZERO;
    var over = new ArrayList<Settled>();
    synchronized (lock) {
      alarmed = false;
      for (Pending<?> call : pending) { // the oldest first
        Duration left = patience.minusNanos(now - call.since());
        if (left.compareTo(Duration.ZERO) > 0) {
          again = left;
          alarmed = true;
          break;
        }
        over.add(call.giveUp(nobodyAnswers()));
      }
    }
    if (!again.isZero()) {
      alarm = time.schedule(again, this::giveUp);
    }
    over.forEach(this::settled);
  }

  @Override
  public <S extends TaskStore & WakeUps> void found(S store, boolean isOwn) {
    var early = new ArrayList<Settled>();
    synchronized (lock) {
      current = store;
      for (Pending<?> call : List.copyOf(pending)) {
        call.attempt(
            store,
            over -> {
              // Whoever waits for the answer must not run under the lock.
              if (Thread.holdsLock(lock)) {
                early.add(over);
              } else {
                settled(over);
              }
            });
      }
      if (isOwn) {
        own = store;
      }
      upstream = listeners.isEmpty() ? null : store.subscribe(new Forwarding());
    }
    early.forEach(this::settled);
    listeners.forEach(Listener::due); // whatever happened meanwhile
    opened.complete(true); // last, so that who listens from now on hears what happens from now on
  }

  @Override
  public void failed(OmniQException failure) {
    if (!opened.completeExceptionally(failure)) {
      LOG.error("the store in {} cannot be used for now", directory, failure);
    }
  }

  @Override
  public Subscription subscribe(Listener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    synchronized (lock) {
      if (upstream == null && current instanceof WakeUps wakeUps) {
        upstream = wakeUps.subscribe(new Forwarding());
      }
    }
    return () -> listeners.remove(listener);
  }

  /** Passes on what the owner tells. */
  private final class Forwarding implements Listener {
    @Override
    public void due() {
      listeners.forEach(Listener::due);
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {
      listeners.forEach(listener -> listener.revoked(tokens));
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      Waiting.until(lock, pending::isEmpty);
    }
    alarm.cancel(); // it would keep the store in memory until it is over
    keeper.close();
  }
}
