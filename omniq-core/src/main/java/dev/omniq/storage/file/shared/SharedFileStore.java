package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The store in a directory, for any number of processes of one machine and of one user.
 *
 * <p>One of the processes owns the directory: it keeps the journal and serves it to the others.
 * Which one does not matter to anybody who uses the store. When the owner ends, in good order or
 * not, another one takes over; calls that are under way then wait, and are made again where their
 * answer got lost, so that none is lost and none has its effect twice. A call that finds no owner
 * that answers within the {@linkplain SharedStoreOptions#patience patience} fails: with {@link
 * dev.omniq.task.OutcomeUnknownException} if it may have changed something, otherwise with {@link
 * StorageException}.
 *
 * <p>Within a process, all that open one directory share one store; it is closed with the last of
 * them, and works with the options of the first.
 */
public final class SharedFileStore {
  private static final ConcurrentMap<Path, Shared> OPEN = new ConcurrentHashMap<>();

  private SharedFileStore() {}

  /**
   * Opens the store in a directory, a new one if there is none. It is a {@link WakeUps} as well.
   *
   * @throws StorageException if the directory cannot be used, if what it holds is damaged or of a
   *     later format, or if a process that owns it does not answer
   */
  public static TaskStore open(Path directory, SharedStoreOptions options) {
    Path real = prepared(directory, options);
    while (true) {
      Optional<TaskStore> store =
          OPEN.computeIfAbsent(real, Shared::new).open(options); // empty if it was just closed
      if (store.isPresent()) {
        return store.get();
      }
    }
  }

  private static Path prepared(Path directory, SharedStoreOptions options) {
    try {
      options.file().disk().prepare(directory);
      return directory.toRealPath();
    } catch (IOException e) {
      throw new StorageException("the directory " + directory + " cannot be used: " + e, e);
    }
  }

  /** What this process has of a directory. */
  private static final class Shared {
    private final Path directory;
    private @Nullable SwitchingStore store;
    private int users;
    private boolean over;

    Shared(Path directory) {
      this.directory = directory;
    }

    synchronized Optional<TaskStore> open(SharedStoreOptions options) {
      if (over) {
        return Optional.empty();
      }
      try {
        if (store == null) {
          store = SwitchingStore.open(directory, options);
        }
        users++;
        return Optional.of(new Handle(this, store, options.file().time()));
      } finally {
        endIfUnused();
      }
    }

    synchronized void leave() {
      users--;
      try {
        if (users == 0 && store != null) {
          store.close();
        }
      } finally {
        endIfUnused();
      }
    }

    private void endIfUnused() {
      if (users == 0) {
        over = true;
        OPEN.remove(directory, this);
      }
    }
  }

  /** What one user of the store has in hand. */
  private static final class Handle extends CallingStore {
    private final Shared shared;
    private final SwitchingStore store;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private boolean closed;

    Handle(Shared shared, SwitchingStore store, TimeSource time) {
      super(time);
      this.shared = shared;
      this.store = store;
    }

    @Override
    <T> CompletableFuture<T> call(Call<T> call) {
      return isClosed() ? CompletableFuture.failedFuture(Messages.closed()) : store.call(call);
    }

    @Override
    @Nullable TaskStore direct() {
      return isClosed() ? null : store.direct();
    }

    private synchronized boolean isClosed() {
      return closed;
    }

    @Override
    public Subscription subscribe(Listener listener) {
      Objects.requireNonNull(listener, "listener");
      Subscription subscription = store.subscribe(listener);
      subscriptions.add(subscription);
      return () -> {
        subscriptions.remove(subscription);
        subscription.close();
      };
    }

    @Override
    public void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      subscriptions.forEach(Subscription::close);
      shared.leave();
    }
  }
}
