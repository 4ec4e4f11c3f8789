package dev.omniq.dashboard;

import dev.omniq.OmniQ;
import jakarta.servlet.http.HttpServlet;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Pages, and a REST API under {@code api/}, that show a queue and change its tasks, of any program
 * that uses the store.
 *
 * <pre>{@code
 * try (Dashboard dashboard = Dashboard.of(omniq).port(8080).start()) {
 *   System.out.println("Look at " + dashboard.uri());
 *   ...
 * }
 * }</pre>
 *
 * <p>By default it listens on a loopback address only, where everybody may do everything; see
 * {@link Access} for others. Thread-safe. It does not close the queue.
 */
public final class Dashboard implements AutoCloseable {
  private final JettyServer server;
  private final URI uri;

  private Dashboard(JettyServer server, URI uri) {
    this.server = server;
    this.uri = uri;
  }

  /** A dashboard of a queue, to be configured and started. */
  public static Builder of(OmniQ omniq) {
    return new Builder(Objects.requireNonNull(omniq, "omniq"));
  }

  /** Where a browser finds it. */
  public URI uri() {
    return uri;
  }

  /** Stops listening, and ends what is under way. Closing again does nothing. */
  @Override
  public void close() {
    server.close();
  }

  /** Configures a dashboard. Not safe for use by several threads. */
  public static final class Builder {
    private final OmniQ omniq;
    private String host = "127.0.0.1";
    private int port = 8080;
    private Access access = Access.loopback();
    private List<String> masked = List.of();

    private Builder(OmniQ omniq) {
      this.omniq = omniq;
    }

    /**
     * The address to listen on, a loopback address by default; {@code 0.0.0.0} for all of this
     * machine. Where others can reach it, {@link #access} must be set.
     */
    public Builder host(String address) {
      host = Objects.requireNonNull(address, "host");
      return this;
    }

    /** The port to listen on, 8080 by default; 0 for any that is free. */
    public Builder port(int number) {
      if (number < 0 || number > 65_535) {
        throw new IllegalArgumentException("port must be between 0 and 65535, but is " + number);
      }
      port = number;
      return this;
    }

    /** Who is let in; {@link Access#loopback} by default. */
    public Builder access(Access who) {
      access = Objects.requireNonNull(who, "access");
      return this;
    }

    /**
     * Hides values by these names too, beside {@code password}, {@code secret}, {@code token} and
     * their like: in arguments, results and labels, however deep, and wherever a name contains one
     * of them.
     */
    public Builder mask(String... names) {
      masked = new ArrayList<>(masked);
      masked.addAll(Arrays.asList(names));
      return this;
    }

    /**
     * Starts listening.
     *
     * @throws IllegalArgumentException if others could reach it and nobody has to say who it is
     * @throws UncheckedIOException if the address cannot be listened on
     */
    public Dashboard start() {
      if (access instanceof LoopbackAccess && !LoopbackAccess.isLoopback(host)) {
        throw new IllegalArgumentException(
            "'%s' can be reached from other machines; say who is let in by access(…), such as"
                    .formatted(host)
                + " Access.passwords(…), or listen on 127.0.0.1");
      }
      var server = new JettyServer(servlet(), host, port);
      server.start();
      boolean any = new InetSocketAddress(host, 0).getAddress().isAnyLocalAddress();
      String name = any ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
      return new Dashboard(server, URI.create("http://" + name + ":" + server.port() + "/"));
    }

    /**
     * The dashboard as a servlet, for an application that has a server: to be mapped to a path with
     * {@code /*} at its end. {@link #host} and {@link #port} mean nothing then; {@link #access}
     * should be {@link Access#container}. It begins to look at the queue when the server
     * initialises it, and ends when the server destroys it.
     */
    public HttpServlet servlet() {
      var events = new LiveEvents();
      var sampler = new Sampler(omniq, events);
      var guard = new Guard(access);
      var router = new Router();
      new LookApi(omniq, sampler, Masking.with(masked), guard).addTo(router);
      new ActApi(omniq).addTo(router);
      return new DashboardServlet(guard, router, events, sampler);
    }
  }
}
