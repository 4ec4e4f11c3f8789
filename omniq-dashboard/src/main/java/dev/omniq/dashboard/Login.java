package dev.omniq.dashboard;

import java.util.Objects;

/**
 * How a user with a password is let in.
 *
 * @param passwordHash as {@link #hash} makes it; the password itself is nowhere
 * @param role what the user may do
 */
public record Login(String passwordHash, Role role) {
  /**
   * Checks the hash.
   *
   * @throws IllegalArgumentException if it is not of the form that {@link #hash} makes
   */
  public Login {
    PasswordHash.parse(passwordHash);
    Objects.requireNonNull(role, "role");
  }

  /**
   * The hash of a password, with a salt of its own, to be kept in a configuration: PBKDF2 with
   * HMAC-SHA-256 and 600,000 rounds.
   *
   * @throws IllegalArgumentException if the password is shorter than 8 characters
   */
  public static String hash(String password) {
    return PasswordHash.of(password).toString();
  }

  /** Without the hash. */
  @Override
  public String toString() {
    return "Login[" + role + "]";
  }
}
