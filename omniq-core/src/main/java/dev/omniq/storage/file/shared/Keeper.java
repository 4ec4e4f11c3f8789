package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the owner of a directory, on a thread of its own: tries the lock, and is the owner if it
 * gets it; otherwise connects to the owner, waits until that connection ends, and begins again.
 *
 * <p>Nothing polls while there is an owner, also while that is stopped or busy: whoever holds the
 * lock answers or dies, and the system reports its death. Attempts that fail while an owner dies,
 * comes, or reads its journal, are repeated with growing pauses.
 */
final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** Pauses while the next owner is about to open its door. */
  private static final Backoff SOON = new Backoff(Duration.ofMillis(5), Duration.ofMillis(200));

  /** Pauses after a failure that people have to look at, such as a damaged journal. */
  private static final Backoff LATER = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  /** Who is told of what the keeper finds, on its thread. */
  interface Finder {
    /** There is an owner: this process, or one that was reached. */
    <S extends TaskStore & WakeUps> void found(S store, boolean own);

    /** There is a failure that time alone does not mend. */
    void failed(OmniQException failure);
  }

  /** Pauses that double. */
  private record Backoff(Duration first, Duration longest) {
    /** A pause before another attempt, spread so that processes do not move in step. */
    long millis(int attempt) {
      long grown = first.toMillis() << Math.min(attempt, 20);
      long most = Math.min(grown, longest.toMillis());
      return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    }
  }

  private final Path directory;
  private final SharedStoreOptions options;
  private final Finder finder;
  private final DirectoryLock lock;
  private final Thread thread;
  private final Object monitor = new Object();
  private boolean stopped;
  private @Nullable SocketChannel channel;
  private @Nullable Owner owner;
  private volatile String trouble = "no process serves it";

  Keeper(Path directory, SharedStoreOptions options, Finder finder) {
    this.directory = directory;
    this.options = options;
    this.finder = finder;
    lock = new DirectoryLock(directory);
    thread = new Thread(this::keep, "omniq-keeper");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Why there is no owner who answers, as far as it is known. */
  String trouble() {
    return trouble;
  }

  private void keep() {
    int failures = 0;
    while (!isStopped()) {
      Backoff backoff = SOON;
      try {
        if (lock.tryAcquire()) {
          own();
          return;
        }
        follow();
        failures = 0;
        continue;
      } catch (AccessDeniedException e) {
        backoff = LATER;
        trouble = e.getFile() + " belongs to another user, and a store is for one user";
        failed(new StorageException("cannot open the store in " + directory + ": " + trouble, e));
      } catch (ConnectionLostException | IOException e) {
        trouble = "the lock is held by " + lock.holder() + ", which cannot be reached: " + e;
        LOG.debug("no owner of {} yet", directory, e);
      } catch (RuntimeException | Error e) {
        trouble = String.valueOf(e.getMessage());
        backoff = LATER;
        failed(e);
      }
      pause(backoff.millis(failures++));
    }
  }

  private void failed(Throwable failure) {
    if (!isStopped()) {
      finder.failed(
          failure instanceof OmniQException known
              ? known
              : new StorageException("cannot use the store in " + directory, failure));
    }
  }

  private void own() {
    Owner opened;
    try {
      opened = Owner.open(directory, lock, options);
    } catch (IOException e) {
      throw new StorageException(
          "cannot open the store in " + directory + ": " + e.getMessage(), e);
    }
    synchronized (monitor) {
      owner = opened;
    }
    LOG.info("this process owns {} and serves it to others", directory);
    finder.found(opened.store(), true);
  }

  /** Connects to the owner, and returns when that connection has ended. */
  private void follow() throws IOException {
    try (SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      synchronized (monitor) {
        if (stopped) {
          return;
        }
        channel = opened;
      }
      UnixDomainSocketAddress address = new Door(directory).find();
      opened.connect(address);
      trouble = "the owner, " + lock.holder() + ", does not answer; is it stopped?";
      var store = new SocketStore(opened, options.file().time(), options.messageBytes());
      Frame.Hello hello = greet(store);
      LOG.info("process {} owns {} and serves it to this one", hello.pid(), directory);
      finder.found(store, false);
      ConnectionLostException lost = store.lost().join();
      LOG.info("process {} serves {} no more", hello.pid(), directory);
      if (!store.hasHeard()) {
        throw lost; // so that there is a pause before the next attempt
      }
    }
  }

  private static Frame.Hello greet(SocketStore store) {
    try {
      return store.start().join();
    } catch (CompletionException e) {
      throw Failure.cause(e) instanceof StorageException known
          ? known
          : new StorageException("the owner of the store cannot be greeted", e);
    }
  }

  private boolean isStopped() {
    synchronized (monitor) {
      return stopped;
    }
  }

  @SuppressWarnings("WaitNotInLoop")
  private void pause(long millis) {
    synchronized (monitor) {
      if (!stopped) {
        try {
          monitor.wait(millis); // once, since to wake early does no harm
        } catch (InterruptedException e) {
          LOG.warn("the keeper of {} was interrupted; nobody may do that", directory);
        }
      }
    }
  }

  /** Lets go of the directory, as its owner or as one who follows. No call may be under way. */
  @Override
  public void close() {
    synchronized (monitor) {
      stopped = true;
      monitor.notifyAll();
      closeQuietly(channel);
    }
    Waiting.forEnd(thread);
    synchronized (monitor) {
      try {
        if (owner != null) {
          owner.close();
          owner = null;
        }
      } catch (IOException e) {
        throw new StorageException("the store was not closed in good order", e);
      }
    }
  }

  private static void closeQuietly(@Nullable SocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("a connection could not be closed in good order", e);
      }
    }
  }
}
