package dev.omniq.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who is let in, and as what. Called by many threads at once. */
@FunctionalInterface
public interface Access {

  /** Who makes a request; empty for nobody who is let in. */
  Optional<User> user(HttpServletRequest request);

  /** What a request of nobody is told to bring, as of RFC 9110, 11.6.1; empty for nothing. */
  default Optional<String> challenge() {
    return Optional.empty();
  }

  /**
   * Headers that pages must send along with what changes something, beside our own: those by which
   * the server around the dashboard knows its own pages. None by default.
   */
  default Map<String, String> headers(HttpServletRequest request) {
    return Map.of();
  }

  /**
   * Everybody on this machine, as an operator; the default. It is refused where other machines
   * could reach the dashboard, and requests must name a loopback address as their host, so that no
   * foreign page can make a browser ask by a name of its own.
   */
  static Access loopback() {
    return new LoopbackAccess();
  }

  /**
   * Users with passwords (HTTP basic authentication, RFC 7617). Browsers send passwords readable to
   * the network: where it is not trusted, put a proxy with TLS before the dashboard.
   *
   * @param users by their names
   * @throws IllegalArgumentException if there is none
   */
  static Access passwords(Map<String, Login> users) {
    return new PasswordAccess(users);
  }

  /**
   * Whom a proxy before the dashboard names in a header. Only a proxy on a trusted address is
   * believed; it must drop the header from what clients send. A request that has the header twice
   * is of nobody, for one of them may be the client's.
   *
   * @param header such as {@code X-Forwarded-User}
   * @param proxies the addresses that a proxy may have, such as {@code 127.0.0.1}
   * @param operators the names of those who may change tasks; all others may look
   */
  static Access proxy(String header, Set<String> proxies, Set<String> operators) {
    Set<String> trusted = Set.copyOf(proxies);
    Set<String> acting = Set.copyOf(operators);
    return request ->
        only(request.getHeaders(header))
            .filter(name -> !name.isBlank() && trusted.contains(request.getRemoteAddr()))
            .map(name -> new User(name, acting.contains(name) ? Role.OPERATOR : Role.VIEWER));
  }

  private static Optional<String> only(Enumeration<String> values) {
    Optional<String> first =
        values.hasMoreElements() ? Optional.of(values.nextElement()) : Optional.empty();
    return values.hasMoreElements() ? Optional.empty() : first;
  }

  /**
   * Whom the servlet container has authenticated, by its roles; for a dashboard within an
   * application.
   *
   * @param viewer the container's role of those who may look
   * @param operator the container's role of those who may change tasks
   */
  static Access container(String viewer, String operator) {
    return request ->
        Optional.ofNullable(request.getUserPrincipal())
            .flatMap(
                user -> {
                  if (request.isUserInRole(operator)) {
                    return Optional.of(new User(user.getName(), Role.OPERATOR));
                  }
                  return request.isUserInRole(viewer)
                      ? Optional.of(new User(user.getName(), Role.VIEWER))
                      : Optional.empty();
                });
  }
}
