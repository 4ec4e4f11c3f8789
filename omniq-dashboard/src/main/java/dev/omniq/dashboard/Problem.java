package dev.omniq.dashboard;

import java.util.Locale;

/** What a request is refused with: problem details as of RFC 9457. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;

  private Problem(int status, String title, String detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  static Problem badRequest(String detail) {
    return new Problem(400, "Bad request", detail);
  }

  static Problem unauthorized() {
    return new Problem(401, "Unauthorized", "Say who you are.");
  }

  static Problem forbidden(String detail) {
    return new Problem(403, "Forbidden", detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "Not found", detail);
  }

  static Problem methodNotAllowed(String method) {
    return new Problem(405, "Method not allowed", "This resource has no " + method + ".");
  }

  /** The task is not as the request would need it. */
  static Problem conflict(String detail) {
    return new Problem(409, "Conflict", detail);
  }

  static Problem tooLarge(int limit) {
    return new Problem(
        413,
        "Content too large",
        String.format(Locale.ROOT, "A request may have at most %,d bytes.", limit));
  }

  static Problem tooManyLogins() {
    return new Problem(
        429, "Too many requests", "Too many passwords are being tried; wait a little.");
  }

  /** The store cannot be asked at the moment. */
  static Problem unavailable(String detail) {
    return new Problem(503, "Service unavailable", detail);
  }

  static Problem internal() {
    return new Problem(500, "Internal error", "The log of the program has the reason.");
  }

  int status() {
    return status;
  }

  /** The fields of its JSON. */
  record View(String type, String title, int status, String detail) {}

  View view() {
    return new View("about:blank", title, status, String.valueOf(getMessage()));
  }
}
