package dev.omniq;

import org.jspecify.annotations.Nullable;

/** Checks what a program gives. */
final class Given {
  private Given() {}

  /** The value, or a refusal if it is null. */
  static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalArgumentException(what + " must not be null");
    }
    return value;
  }
}
