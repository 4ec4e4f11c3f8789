package dev.omniq.storage.file.shared;

import dev.omniq.storage.file.FileStore;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * This process as the owner of a directory: it holds the lock, keeps the journal, and serves it.
 *
 * <p>Workers of this process call the store itself, and their claims die with the process; those of
 * other processes outlive it.
 */
final class Owner implements AutoCloseable {
  private final DirectoryLock lock;
  private final Door door;
  private final FileStore store;
  private final StoreServer server;

  private Owner(DirectoryLock lock, Door door, FileStore store, StoreServer server) {
    this.lock = lock;
    this.door = door;
    this.store = store;
    this.server = server;
  }

  /**
   * Opens the journal and serves it.
   *
   * @param lock is held; it is given back when this fails, and by {@link #close}
   */
  static Owner open(Path directory, DirectoryLock lock, SharedStoreOptions options)
      throws IOException {
    try {
      FileStore store = FileStore.open(directory, options.file());
      try {
        var door = new Door(directory);
        ServerSocketChannel open = door.open();
        var server =
            new StoreServer(open, store.remoteView(), Optional.of(store), options.messageBytes());
        server.start();
        return new Owner(lock, door, store, server);
      } catch (IOException | RuntimeException | Error e) {
        store.close();
        throw e;
      }
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  FileStore store() {
    return store;
  }

  /** Finishes what is under way, then lets another process be the owner. */
  @Override
  public void close() throws IOException {
    try {
      server.close();
      store.close();
    } finally {
      try {
        door.remove();
      } finally {
        lock.close();
      }
    }
  }
}
