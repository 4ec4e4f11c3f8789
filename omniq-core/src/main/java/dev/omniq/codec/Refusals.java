package dev.omniq.codec;

import org.jspecify.annotations.Nullable;

/** Words that refusals share. */
final class Refusals {
  /** What is allowed instead of a reference that is refused. */
  static final String ALLOWED =
      "; allowed is a plain reference to a public method, such as Reports::generate";

  private Refusals() {}

  /** The value, or a refusal if it is null. */
  static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalArgumentException(what + " must not be null");
    }
    return value;
  }
}
