package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A store behind a server, and clients of it, in one process. */
final class ServedHome implements AutoCloseable {
  private static final int MESSAGE_BYTES = 64 << 20;

  private final Path directory;
  private final UnixDomainSocketAddress address;
  private final StoreServer server;

  ServedHome(TaskStore store) {
    this(store, MESSAGE_BYTES);
  }

  ServedHome(TaskStore store, int messageBytes) {
    try {
      directory = Files.createTempDirectory("omniq-test");
      address = UnixDomainSocketAddress.of(directory.resolve("socket"));
      ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      door.bind(address);
      Optional<WakeUps> wakeUps =
          store instanceof WakeUps offered ? Optional.of(offered) : Optional.empty();
      server = new StoreServer(door, store, wakeUps, messageBytes);
      server.start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A channel to the server on which nothing has been said. */
  SocketChannel channel() throws IOException {
    return SocketChannel.open(address);
  }

  SocketStore client(TimeSource time) {
    return client(time, MESSAGE_BYTES);
  }

  SocketStore client(TimeSource time, int messageBytes) {
    try {
      var client = new SocketStore(channel(), time, messageBytes);
      client.start().orTimeout(20, TimeUnit.SECONDS).join();
      return client;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends the server. */
  @Override
  public void close() {
    server.close();
    try {
      Files.deleteIfExists(address.getPath());
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
