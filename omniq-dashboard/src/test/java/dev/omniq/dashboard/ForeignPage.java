package dev.omniq.dashboard;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A site of another origin whose page sends requests to the dashboard behind its visitor's back.
 */
final class ForeignPage implements AutoCloseable {
  private final HttpServer server;

  ForeignPage(String action) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String page =
        """
        <!doctype html><title>Win a prize</title>
        <form id="form" method="post" target="hidden" action="%1$s"></form>
        <iframe name="hidden"></iframe><p id="tried"></p>
        <script>
          document.getElementById('form').submit();
          fetch('%1$s', {method: 'POST', mode: 'no-cors', credentials: 'include'}).catch(() => 0)
            .then(() => setTimeout(() => {
              document.getElementById('tried').textContent = 'form and fetch tried';
            }, 1000));
        </script>
        """
            .formatted(action);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  /** By a name that is another origin and another site than 127.0.0.1. */
  URI uri() {
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
