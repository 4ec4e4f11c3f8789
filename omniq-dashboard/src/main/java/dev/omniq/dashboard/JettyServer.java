package dev.omniq.dashboard;

import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the servlet. Alone in knowing Jetty, which an application with a server can leave out.
 */
final class JettyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JettyServer.class);

  private final Server server;
  private final ServerConnector connector;

  JettyServer(HttpServlet servlet, String host, int port) {
    var threads = new QueuedThreadPool(200, 8);
    threads.setName("omniq-http");
    threads.setDaemon(true);
    server = new Server(threads);
    server.setStopTimeout(0);
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    server.addConnector(connector);
    var holder = new ServletHolder(servlet);
    holder.setInitOrder(0);
    var context = new ServletContextHandler();
    context.setContextPath("/");
    context.addServlet(holder, "/*");
    server.setHandler(context);
  }

  /** Starts listening, or throws and is closed. */
  void start() {
    try {
      server.start();
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(
          "the dashboard cannot listen on %s:%d: %s"
              .formatted(connector.getHost(), connector.getPort(), e.getMessage()),
          e);
    } catch (Exception e) { // of any kind, by its interface
      close();
      throw new IllegalStateException("the dashboard cannot start", e);
    }
  }

  /** The port that it listens on. */
  int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) { // of any kind, by its interface
      LOG.warn("The dashboard did not stop in order", e);
    }
  }
}
