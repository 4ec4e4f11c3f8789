package dev.omniq.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * HTTP basic authentication. A hash is made slow on purpose, and a browser sends the password with
 * every request: so what has fitted once is remembered, by a keyed digest. Few are tried at once,
 * so that guessing costs neither the processors nor much less time than it should.
 */
final class PasswordAccess implements Access {
  private static final String SCHEME = "Basic ";
  private static final int TRIED_AT_ONCE = 2;

  /** So that who guesses takes no more threads of the server than these. */
  private static final int MOST_WAITING = 16;

  /** In place of the hash of a user who is not there, so that the answer takes as long. */
  private static final PasswordHash NOBODY = PasswordHash.of("nobody has this password");

  private final Map<String, Login> users;
  private final Signature signature = new Signature();
  private final Map<String, String> fitted = new ConcurrentHashMap<>();
  private final Semaphore trying = new Semaphore(TRIED_AT_ONCE, true);

  PasswordAccess(Map<String, Login> users) {
    if (users.isEmpty()) {
      throw new IllegalArgumentException("there must be a user with a password, but there is none");
    }
    this.users = Map.copyOf(users);
  }

  @Override
  public Optional<String> challenge() {
    return Optional.of("Basic realm=\"OmniQ\", charset=\"UTF-8\"");
  }

  @Override
  public Optional<User> user(HttpServletRequest request) {
    @Nullable String header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String pair;
    try {
      pair =
          new String(
              Base64.getDecoder().decode(header.substring(SCHEME.length()).strip()),
              StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int colon = pair.indexOf(':');
    return colon < 0 ? Optional.empty() : user(pair.substring(0, colon), pair.substring(colon + 1));
  }

  private Optional<User> user(String name, String password) {
    @Nullable Login login = users.get(name);
    String digest = signature.of(name + "\n" + password);
    if (login != null && digest.equals(fitted.get(name))) {
      return Optional.of(new User(name, login.role()));
    }
    PasswordHash hash = login == null ? NOBODY : PasswordHash.parse(login.passwordHash());
    if (trying.getQueueLength() >= MOST_WAITING) {
      throw Problem.tooManyLogins();
    }
    trying.acquireUninterruptibly();
    boolean fits;
    try {
      fits = hash.fits(password);
    } finally {
      trying.release();
    }
    if (login == null || !fits) {
      return Optional.empty();
    }
    fitted.put(name, digest);
    return Optional.of(new User(name, login.role()));
  }
}
