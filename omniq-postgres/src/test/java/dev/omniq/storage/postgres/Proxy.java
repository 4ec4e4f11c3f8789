package dev.omniq.storage.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between clients and a server and passes on what they say, until it is told to hang: then
 * the connections of that moment stay open, and nothing comes through them any more.
 */
final class Proxy implements AutoCloseable {
  private final URI server;
  private final String parameters;
  private final ServerSocket door;
  private final List<Pair> pairs = new ArrayList<>();

  Proxy(String url) throws IOException {
    server = URI.create(url.substring("jdbc:".length()));
    parameters = server.getPath() + "?" + server.getRawQuery();
    door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::letIn);
  }

  /** The URL of a store in a schema, by way of this. */
  String url(String schema) {
    return "jdbc:postgresql://localhost:%d%s&omniq.schema=%s"
        .formatted(door.getLocalPort(), parameters, schema);
  }

  private void letIn() {
    try {
      while (true) {
        var pair = new Pair(door.accept(), new Socket(server.getHost(), server.getPort()));
        synchronized (pairs) {
          pairs.add(pair);
        }
        start(() -> pair.pass(pair.client, pair.server));
        start(() -> pair.pass(pair.server, pair.client));
      }
    } catch (IOException e) {
      // The door was closed.
    }
  }

  /** From now on, nothing comes through the present connections; says how many those are. */
  int hang() {
    synchronized (pairs) {
      pairs.removeIf(pair -> pair.client.isClosed() || pair.hangs);
      pairs.forEach(pair -> pair.hangs = true);
      return pairs.size();
    }
  }

  private static void start(Runnable work) {
    var thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }

  private static final class Pair {
    private final Socket client;
    private final Socket server;
    private volatile boolean hangs;

    Pair(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void pass(Socket from, Socket to) {
      byte[] buffer = new byte[8192];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (!hangs) {
            out.write(buffer, 0, read);
          }
        }
      } catch (IOException e) {
        // One side has ended, and so does the other.
      } finally {
        close(client);
        close(server);
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
