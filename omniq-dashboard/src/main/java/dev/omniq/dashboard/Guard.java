package dev.omniq.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes: who it is, and whether a page of somebody else made a browser send it.
 * Pages may run only our own scripts, and be framed by nobody.
 */
final class Guard {
  static final String TOKEN_HEADER = "X-OmniQ-Token";

  private static final Set<String> SAFE = Set.of("GET", "HEAD");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Access access;
  private final Signature signature = new Signature();

  Guard(Access access) {
    this.access = access;
  }

  void secure(HttpServletResponse response) {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Cache-Control", "no-store");
  }

  /** Who makes the request; refused if nobody who is let in. */
  User identify(HttpServletRequest request, HttpServletResponse response) {
    return access
        .user(request)
        .orElseThrow(
            () -> {
              access.challenge().ifPresent(how -> response.setHeader("WWW-Authenticate", how));
              return Problem.unauthorized();
            });
  }

  /**
   * The headers that a page of ours sends along with what changes something; only our origin can
   * read them. The server around us may want some of its own.
   */
  Map<String, String> headers(HttpServletRequest request, User user) {
    Map<String, String> headers = new TreeMap<>(access.headers(request));
    headers.put(TOKEN_HEADER, token(user));
    return headers;
  }

  private String token(User user) {
    return signature.of(user.name());
  }

  void admit(HttpServletRequest request, User user, Role needed) {
    if (!user.role().covers(needed)) {
      throw Problem.forbidden("This needs the role " + needed + "; " + user.name() + " has not.");
    }
    if (SAFE.contains(request.getMethod())) {
      return;
    }
    if (!isOfOurOrigin(request)) {
      throw Problem.forbidden("The request comes from a page of another origin.");
    }
    @Nullable String token = request.getHeader(TOKEN_HEADER);
    if (token == null || !equal(token, token(user))) {
      throw Problem.forbidden("The header %s must be as api/session says.".formatted(TOKEN_HEADER));
    }
  }

  /** Browsers say where a request comes from; programs do not. */
  private static boolean isOfOurOrigin(HttpServletRequest request) {
    @Nullable String site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return false;
    }
    return Optional.ofNullable(request.getHeader("Origin"))
        .map(origin -> authority(origin).equals(request.getHeader("Host")))
        .orElse(true);
  }

  private static String authority(String origin) {
    try {
      return String.valueOf(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static boolean equal(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
